"""What a file really is, and a clean copy of it, found out by a caged child process.

`inspect` is the one way in. It knows no rows and no storage: a path goes in, files in a folder come out.

Who does what: `kinds` reads the first bytes and names the format; `run` starts the child and does not trust it; `cage` is what
the child cannot get out of, `sight` what it can see of the disk; `photos`, `videos` (`boxes`, `webm`, `poster`) and `documents`
write the clean copy.
"""

from files_app.inspection.answers import Found, Refused
from files_app.inspection.run import inspect

__all__ = ["Found", "Refused", "inspect"]
