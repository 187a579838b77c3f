"""What the codes of access/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "creditor_code": N_(
        "«{creditor}» no sirve como código de acreedor. Use minúsculas, números, guion o guion "
        "bajo, hasta 40: mi-empresa."
    ),
    "creditor_exists": N_("Ya hay un acreedor con el código «{creditor}». Elija otro código."),
    "country_unknown": N_(
        "«{country}» no es un país. Escriba su código de dos letras: CO, CL, MX."
    ),
    "email_invalid": N_("«{email}» no es un correo electrónico. Revise cómo está escrito."),
    "user_exists": N_("Ya hay una persona con el correo {email}. Use `recaudo user role`."),
    "password_weak": N_("Esa contraseña no sirve: {why} Elija otra."),
    "role_unknown": N_("No hay un rol «{role}». Los que hay: {known}."),
    "unknown_user": N_(
        "Nadie entra con el correo {email}. Agregue a la persona con `recaudo user add`."
    ),
}
