"""What the codes of access/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "email_invalid": N_("«{email}» no es un correo electrónico. Revise cómo está escrito."),
    "user_exists": N_("Ya hay una persona con el correo {email}. Use `recaudo user role`."),
    "password_weak": N_("Esa contraseña no sirve: {why} Elija otra."),
    "role_unknown": N_("No hay un rol «{role}». Los que hay: {known}."),
    "unknown_user": N_(
        "Nadie entra con el correo {email}. Agregue a la persona con `recaudo user add`."
    ),
}
