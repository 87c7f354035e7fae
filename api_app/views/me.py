"""Who asks."""

from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.examples import shown
from api_app.answers.me import MeAnswer
from api_app.bodies import Body, YesNo
from api_app.endpoint import Endpoint
from api_app.schema import operation
from dashboard.desk import desk_of
from lifecycle import people


@shown(on_duty=True)
class MeBody(Body):
    """The mechanic's own switch."""

    on_duty = YesNo(help_text="On duty you see what comes in; off duty only what nobody took in time.")


class Me(Endpoint):
    """/me/"""

    @operation("getMe", "Who I am", answer=MeAnswer)
    def get(self, request: Request) -> Response:
        """For a mechanic with what the tabs count, to be asked again and again with the ETag."""
        return self.answer(MeAnswer, request.user)

    @operation("changeMe", "Go on or off duty", body=MeBody, answer=MeAnswer, refusals=(404,))
    def patch(self, request: Request) -> Response:
        """For mechanics who may work."""
        desk = desk_of(request)
        people.set_duty(desk.mechanic.pk, by=request.user, on=self.read(MeBody)["on_duty"])
        request.user.refresh_from_db()
        return self.answer(MeAnswer, request.user)
