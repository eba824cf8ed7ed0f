"""Who may do what in the tenant: privileges, roles and their matrix, as data."""
