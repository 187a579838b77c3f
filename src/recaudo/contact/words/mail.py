"""Mailboxes and servers."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # accounts
    "mail_secret_locked": N_(
        "La contraseña guardada de «{account}» ya no se puede leer: cambió la clave de la "
        "instalación. Escríbala de nuevo en Correo."
    ),
    "mail_not_loopback": N_(
        "Sin cifrado solo se permite un servidor de esta misma máquina, y «{host}» no lo es. "
        "Elija STARTTLS o TLS."
    ),
    "mail_address_unusable": N_(
        "La dirección de correo no se puede usar tal como está escrita. Corríjala."
    ),
    "mail_account_field": N_("Falta «{field}». Complételo."),
    "mail_account_name_taken": N_("Ya hay una cuenta de correo llamada «{name}». Use otro nombre."),
    "mail_account_unknown": N_("No hay una cuenta de correo «{name}». Las que hay: {known}."),
    "mail_port": N_("El puerto {port} no existe. Use 587 o 465 para enviar y 993 para leer."),
    "mail_security_unknown": N_("«{security}» no es un cifrado. Use tls, starttls o none."),
    "mail_bounce_address": N_(
        "La dirección de rebotes debe llevar {{token}} a lo sumo una vez, antes de la arroba. "
        "Por ejemplo: rebotes+{{token}}@empresa.com."
    ),
    "mail_own_mailbox_missing": N_(
        "Para leer el buzón hace falta el usuario de IMAP. Complételo o deje vacío el servidor."
    ),
    "mail_file_missing": N_(
        "El archivo adjunto n.º {file} ya no está en el disco. Cárguelo de nuevo en el documento."
    ),
    "dkim_key_unreadable": N_("La llave DKIM no se puede leer. Genere una nueva en Correo."),
    "dkim_selector": N_(
        "«{selector}» no sirve de selector. Use letras, números y guiones, por ejemplo recaudo1."
    ),
    # sending
    "smtp_host_unknown": N_("No existe un servidor «{host}». Revise cómo está escrito."),
    "smtp_unreachable": N_(
        "El servidor {host} no responde en el puerto {port}. Revise el puerto y el cortafuegos."
    ),
    "smtp_greeting": N_(
        "El servidor {host} no quiso atendernos: {detail}. Pregunte a quien lo administra."
    ),
    "smtp_no_tls": N_(
        "El servidor {host} no ofrece STARTTLS en el puerto {port}. Pruebe TLS en el 465."
    ),
    "smtp_tls": N_(
        "No se pudo confiar en el certificado de {host}: {detail}. Use el nombre que está en el "
        "certificado, o agregue su autoridad con RECAUDO_MAIL_CA."
    ),
    "smtp_no_auth": N_(
        "El servidor {host} no acepta usuario y contraseña así. Active STARTTLS o TLS, o deje "
        "vacío el usuario."
    ),
    "smtp_auth": N_(
        "El servidor {host} rechazó el usuario o la contraseña: {detail}. En Google y Microsoft "
        "use una contraseña de aplicación."
    ),
    "smtp_silent": N_(
        "El servidor {host} aceptó la conexión y no dijo nada. ¿Es el puerto {port} de TLS directo?"
    ),
    "smtp_lost": N_("Se cortó la conexión con el servidor de correo. No salió nada; se reintenta."),
    "smtp_later": N_("El servidor de correo pidió intentar más tarde: {detail}. No salió nada."),
    "smtp_nonsense": N_("El servidor de correo respondió algo sin sentido: {detail}."),
    "smtp_sender_refused": N_(
        "El servidor no deja enviar desde esta dirección: {detail}. Use la de la cuenta con que "
        "entra."
    ),
    "smtp_recipient_refused": N_("El servidor rechazó al destinatario: {detail}."),
    "smtp_mail_refused": N_("El servidor rechazó el mensaje: {detail}."),
    "smtp_too_big": N_("El mensaje pasa del tamaño que el servidor acepta. Enlace los adjuntos."),
    "smtp_no_utf8": N_("El servidor no acepta direcciones con letras que no son ASCII."),
    "smtp_no_answer": N_(
        "El servidor recibió el mensaje y no alcanzó a responder: puede haber salido o no. No se "
        "repite solo."
    ),
    "5.1.1": N_("Esa dirección de correo no existe. Busque otra con el cliente."),
    "5.1.2": N_("El dominio de esa dirección no existe. Revise cómo está escrita."),
    "5.1.3": N_("Esa dirección está mal escrita. Corríjala."),
    # reading
    "imap_host_unknown": N_("No existe un servidor «{host}». Revise cómo está escrito."),
    "imap_unreachable": N_(
        "El servidor {host} no responde en el puerto {port}. Revise el puerto y el cortafuegos."
    ),
    "imap_no_tls": N_("El servidor {host} no ofrece STARTTLS. Pruebe TLS en el 993."),
    "imap_tls": N_(
        "No se pudo confiar en el certificado de {host}. Use el nombre que está en el "
        "certificado, o agregue su autoridad con RECAUDO_MAIL_CA."
    ),
    "imap_auth": N_(
        "El servidor {host} rechazó el usuario o la contraseña del buzón. En Google y "
        "Microsoft active IMAP y use una contraseña de aplicación."
    ),
    "imap_folder": N_("En el buzón no hay una carpeta «{folder}». Escriba su nombre exacto."),
    "imap_lost": N_("Se cortó la conexión con {host}. Se vuelve a leer en un minuto."),
    # mails that came in
    "mail_empty": N_("El correo llegó vacío. Se guardó tal como vino."),
    "mail_broken": N_("El correo está tan roto que no se pudo leer. Ábralo con su original."),
    "mail_cut": N_("El correo es muy grande: se leyó el comienzo. El original está completo."),
    "mail_not_applied": N_(
        "El correo se guardó, pero algo falló al registrarlo ({reason}). Revíselo a mano."
    ),
    "mail_not_fetched": N_(
        "El servidor no quiso entregar un correo del buzón. Ábralo allá y regístrelo a mano."
    ),
    "mail_own": N_("Es un correo nuestro que volvió. No se responde."),
    "mail_ping_pong": N_("Dos contestadores se están respondiendo. No se responde."),
    "bounce_unknown": N_(
        "Un aviso de rebote que no nombra ningún mensaje nuestro. No cambió nada."
    ),
    "bounce_other_recipient": N_(
        "Un aviso de rebote sobre alguien a quien no escribimos. No cambió nada."
    ),
    "bounce_not_sent": N_("Un aviso de rebote de un mensaje que no ha salido. No cambió nada."),
    "bounce_delayed": N_("El servidor del cliente está demorado y sigue intentando."),
    "bounce_final": N_("El mensaje rebotó; la dirección puede seguir sirviendo."),
    "bounce_dead_address": N_("El mensaje rebotó: la dirección no existe. Busque otra."),
    "report_delivered": N_("El servidor del cliente confirmó la entrega."),
    "auto_submitted": N_("Es una respuesta automática."),
    "auto_header": N_("Es una respuesta automática."),
    "auto_subject": N_("Es una respuesta automática."),
    "read_receipt": N_("Es una confirmación de lectura."),
    "spam_complaint": N_("El cliente nos marcó como no deseado. No se le escribe más ahí."),
    # what the domain says
    "dns_silent": N_(
        "El sistema de nombres no respondió sobre {name}. Vuelva a revisar en unos minutos."
    ),
    "spf_good": N_("SPF autoriza a este servidor ({lookups} de 10 consultas)."),
    "spf_missing": N_("{domain} no tiene SPF. Publique este registro."),
    "spf_two": N_(
        "{domain} tiene más de un registro SPF, y así ninguno vale. Una sus partes en uno solo."
    ),
    "spf_broken": N_("El SPF de {domain} tiene un error, o incluye un dominio sin SPF. Corríjalo."),
    "spf_too_long": N_(
        "El SPF de {domain} hace {lookups} consultas y el máximo es 10: muchos lo dan por roto. "
        "Quite los «include» que ya no usa."
    ),
    "spf_not_ours": N_(
        "El SPF de {domain} no autoriza a {host}. Cambie el registro por este; conserve lo demás."
    ),
    "spf_open": N_("El SPF de {domain} termina en +all: autoriza a cualquiera. Termínelo en ~all."),
    "spf_no_end": N_("El SPF de {domain} no dice qué hacer con los demás. Termínelo en ~all."),
    "dkim_good": N_("La llave publicada en {name} es la nuestra."),
    "dkim_none": N_("Los correos salen sin firma. Genere una llave DKIM aquí abajo."),
    "dkim_missing": N_("Falta publicar la llave en {name}. Publique este registro."),
    "dkim_two": N_("Hay más de una llave en {name}. Deje solo la de esta página."),
    "dkim_other": N_("La llave publicada en {name} no es la nuestra. Cámbiela por esta."),
    "dmarc_good": N_("DMARC pide {policy}, y nuestros correos lo cumplen ({aligned})."),
    "dmarc_missing": N_("El dominio no tiene DMARC. Empiece observando, con este registro."),
    "dmarc_two": N_("Hay más de un DMARC en {name}, y así ninguno vale. Deje uno."),
    "dmarc_broken": N_("El DMARC tiene un error. Cámbielo por este."),
    "dmarc_unaligned": N_(
        "Ni SPF ni DKIM valen para {domain}, el dominio de quien escribe: los correos fallan en "
        "DMARC. Resuelva primero los otros dos."
    ),
    "dmarc_watching": N_(
        "DMARC solo observa. Cuando los informes lleguen limpios unas semanas, publique este."
    ),
    "mx_good": N_("{domain} recibe correo: las respuestas llegan."),
    "mx_missing": N_(
        "{domain} no recibe correo: nadie podría responder. Publique su MX o use otra dirección "
        "de respuesta."
    ),
}
