"""The REST API under /api/v1/: what programs may ask and do, through the same access functions and verbs as the pages.

One endpoint is a class of three lines a method: load with rights, call one verb, answer.

    class Release(Endpoint):
        @operation("Give a session back", body=ReleaseBody, answer=SessionAnswer, refusals=[403, 404, 409])
        def post(self, request: Request, pk: UUID) -> Response:
            session = releasable(request, pk)
            queue.release(session.pk, by=request.user, reason=self.read(ReleaseBody).words)
            return self.answer(SessionAnswer, seen_by(request.user, session.pk))

To add one:

1. `answers/<topic>.py`: what is answered, as a serializer of rows that the endpoint has loaded. Times are `Moment`, ids `id`.
2. `bodies.py`: what may be sent, as a `Body` around the very form that the page uses: the form judges, the body says of which type
   each part is. Whatever is not named there is refused.
3. `views/<topic>.py`: an `Endpoint` with `@operation(...)` on each method. Errors are raised, never returned: the DomainError family,
   Http404, whatever the verbs raise (errors.py makes the answer). A list is answered by `self.page(...)` out of a `Listing`.
4. `urls.py`: its address, and its name, which is also its operation id.
5. tests/test_access.py: a row for each method. `manage.py spectacular --fail-on-warn --validate` says nothing.

Everything else comes by itself from `endpoint.Endpoint`: who asks and with which scope (authentication.py, permissions.py), limits
(throttles.py), ETags (conditional.py), Idempotency-Key (idempotency.py), the common answers in the description (schema.py).
"""
