"""How a session finds its person."""

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from accounts_app.models import User


class EmailBackend(AuthenticationBackend):
    """Sign-in by e-mail and password. The person comes with their working side: every page asks for it."""

    def get_user(self, user_id: UUID) -> User | None:
        user = User.objects.select_related("mechanic").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
