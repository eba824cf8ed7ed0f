"""The main form of each table, as a person would sketch it.

    header: what stands beside the title, at most four columns
    # a tab
    A section: its columns, two side by side; `!` behind a word shows the column without letting anybody change it
    A section = table by lookup: the rows of that table which point here, optionally `in` one of its views
    A section @ lookup: a few columns of the row that the lookup points to (content/quick_forms.py)

Columns that no section names stand under "Administration". What the functions write (numbers, totals, outcomes) is shown, not
edited: a change made by hand would be a second truth. The form of account is one of ours beside those of others.

A module per area of the app; a table that the navigation leaves out stands with the one on whose form its rows stand.
"""

from dataverse.solution.content.forms import (
    billing,
    books,
    catalogue,
    company,
    customers,
    money,
    people,
    subscriptions,
    suppliers,
    work,
)

FORMS: dict[str, str] = {
    **customers.FORMS,
    **subscriptions.FORMS,
    **catalogue.FORMS,
    **billing.FORMS,
    **money.FORMS,
    **books.FORMS,
    **suppliers.FORMS,
    **people.FORMS,
    **work.FORMS,
    **company.FORMS,
}
"""By table."""
