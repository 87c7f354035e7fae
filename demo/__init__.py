"""The demonstration: invented people, cars and sessions in every state, for a first look (`make run`).

What they do is told in stories/ and played by the real verbs, under a clock that is turned back. Nothing here is
needed to run MechanicHub, and nothing is loaded unless settings say DEMO.
"""
