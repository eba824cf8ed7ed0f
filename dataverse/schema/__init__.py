"""The table model: one source for the stores, the local Dataverse, the solution package and the docs."""
