"""The solution package: what a partner's tenant gets, as files in the layout of Microsoft's solution packager.

Everything is worked out from the table model, the matrix of roles and the declarations in this folder; the same source always
gives the same bytes. `python -m tools.solution` writes the tree, checks it and packs it.
"""
