"""Events of sessions, told to programs of workshops and integrators."""
