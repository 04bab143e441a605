"""An app that breaks the rules on purpose, each in a place of its own: tests/rules/test_careless_app.py plants it.

It is not installed, and nothing of it is an example to follow.
"""
