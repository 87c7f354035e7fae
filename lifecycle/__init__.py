"""Every move of a session, one function each. The table of moves is in sessions_app/moves.py.

Each takes ids and an explicit `by` (a User, or None for the system), is atomic, locks before it looks, writes one event,
and either does what its name says or raises NotYours (403), NotPossible (409) or Http404.
"""
