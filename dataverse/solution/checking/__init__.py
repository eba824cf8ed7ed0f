"""What a package must be before it leaves the house: every file in its form, and everything it names there.

These rules look at the files alone, whoever wrote them; `whole.problems` says what is wrong.
"""
