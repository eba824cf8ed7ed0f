"""What the package holds besides tables, as declarations: views, forms, charts, dashboards, the app, variables, web resources.

Columns and tables go by their words without the prefix (`invoicedate`, `billingcontract`); `status`, `state`, `owner`, `created`
and `modified` are the platform's columns. A word that the model does not know is refused when the tree is made.
"""
