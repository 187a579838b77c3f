"""The sentences of this folder's problems and findings, in Spanish."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # reaching a database
    "database_url_unreadable": N_(
        "No se entiende DATABASE_URL. Escríbala así: postgresql://usuario:clave@servidor:5432/base."
    ),
    "database_unreachable": N_(
        "No se pudo conectar con la base de datos ({at}): {detail}. Revise que el servidor esté "
        "encendido y que DATABASE_URL sea correcta."
    ),
    "database_refused": N_(
        "La base de datos integrada rechazó la conexión: {detail}. Si alguien borró o cambió "
        "postgres.password, vuelva a poner el archivo original."
    ),
    # the home and the place of the embedded server
    "home_not_writable": N_(
        "No se puede escribir en {home} ({detail}). Dé permiso a su usuario sobre esa carpeta o "
        "indique otra en RECAUDO_HOME."
    ),
    "database_platform_unsupported": N_(
        "La base de datos integrada no funciona en este sistema operativo. Indique en "
        "DATABASE_URL un servidor PostgreSQL 15 o posterior."
    ),
    "database_of_another_user": N_(
        "Los datos de {folder} son del usuario {owner}. Ejecute Recaudo como ese usuario, o "
        "indique otra carpeta en RECAUDO_HOME."
    ),
    "database_account_missing": N_(
        "PostgreSQL no puede correr como root y no existe la cuenta {account}. Cree esa cuenta, "
        "o ejecute Recaudo con un usuario que no sea root."
    ),
    "database_account_unusable": N_(
        "Root no puede pasar a la cuenta {account} en este entorno. Ejecute Recaudo con un "
        "usuario que no sea root, o indique un servidor en DATABASE_URL."
    ),
    "database_place_not_writable": N_(
        "No se puede escribir en {folder} ({detail}). Dé espacio y permiso en esa carpeta, o "
        "indique en RECAUDO_HOME una carpeta que todas las cuentas puedan atravesar."
    ),
    "database_place_unreachable": N_(
        "La cuenta {account} no puede entrar en {folder}. Permita atravesar sus carpetas, o "
        "indique en RECAUDO_HOME otra que todas las cuentas puedan atravesar."
    ),
    "database_place_missing": N_(
        "Los datos deberían estar en {folder} y esa carpeta ya no existe. Si movió la "
        "instalación, tráigala también, o restaure un respaldo. Para empezar de cero, borre "
        "{note}."
    ),
    "database_folder_taken": N_(
        "La carpeta {folder} pertenece a otro usuario. Bórrela, o indique en RECAUDO_HOME una "
        "ruta más corta."
    ),
    # the programs
    "database_binaries_missing": N_(
        "No se encontraron los programas de PostgreSQL. Reinstale Recaudo con todas sus partes, "
        "instale PostgreSQL 15 o posterior, o indique su carpeta en RECAUDO_PG_BIN."
    ),
    "database_binaries_setting_wrong": N_(
        "En {folder} (RECAUDO_PG_BIN) no hay programas de PostgreSQL que se puedan ejecutar. "
        "Corrija la ruta o quite esa variable."
    ),
    "database_major_differs": N_(
        "Los datos son de PostgreSQL {data} y los programas encontrados son {binaries} "
        "({folder}). Indique en RECAUDO_PG_BIN los de la versión {data}. Para cambiar de "
        "versión, haga un respaldo con la anterior y restáurelo en una carpeta nueva."
    ),
    "database_tools_too_old": N_(
        "El servidor es PostgreSQL {server} y pg_dump es {binaries}, que es anterior. Instale "
        "las herramientas de la versión {server} e indique su carpeta en RECAUDO_PG_BIN."
    ),
    # starting and stopping
    "database_not_created": N_(
        "No se pudo crear la base de datos en {folder}: {detail}. Revise espacio y permisos, y "
        "vuelva a intentarlo; nada quedó a medias."
    ),
    "database_not_started": N_(
        "La base de datos integrada no arrancó: {detail}. El registro completo está en {log}."
    ),
    "database_not_stopped": N_(
        "La base de datos integrada (proceso {pid}) no terminó a tiempo. Espere un momento y "
        "repita «recaudo stop»; el registro está en {log}."
    ),
    "database_socket_lost": N_(
        "La base de datos integrada está encendida, pero alguien borró su punto de conexión en "
        "{folder}. Ejecute «recaudo stop» y repita."
    ),
    "database_damaged": N_(
        "La carpeta {folder} no es una base de datos completa. Restaure un respaldo en una "
        "carpeta nueva (RECAUDO_HOME)."
    ),
    # backup and restore
    "backup_failed": N_(
        "No se pudo hacer el respaldo {file}: {detail}. Si había uno anterior, sigue intacto."
    ),
    "backup_file_not_writable": N_(
        "No se puede escribir {file} ({detail}). Revise la carpeta, el permiso y el espacio."
    ),
    "backup_missing": N_("No existe el respaldo {file}. Revise la ruta."),
    "backup_unreadable": N_(
        "{file} no es un respaldo completo: {detail}. Use otra copia; no se cambió nada."
    ),
    "restore_not_empty": N_(
        "La base de datos {database} no está vacía ({count} objetos, entre ellos {first}). "
        "Restaure en una vacía, o confirme con --force que se puede borrar lo que hay."
    ),
    "restore_failed": N_("No se pudo restaurar {file}: {detail}. No se cambió nada."),
    # findings of the check
    "disk_enough": N_("Hay espacio en disco en {folder}: {free_mb} MB libres."),
    "disk_low": N_(
        "Queda poco espacio en el disco de {folder}: {free_mb} MB libres. Libere espacio antes "
        "de que se detenga el trabajo."
    ),
    "database_in_home": N_("Los datos están en {folder}."),
    "database_elsewhere": N_(
        "Los datos están en {folder}, porque la cuenta {account}, con la que corre PostgreSQL, "
        "no puede entrar en la carpeta de la instalación. Inclúyala si copia el disco."
    ),
    "database_orphan": N_(
        "En {folder} hay datos de una instalación que ya no existe. Si no los necesita, borre "
        "esa carpeta."
    ),
    "database_unsafe_for_real_use": N_(
        "RECAUDO_PG_FAST está activo: un corte de energía puede perder datos. Quítelo fuera de "
        "las pruebas."
    ),
    "database_version_good": N_("El servidor es PostgreSQL {version}."),
    "database_version_old": N_(
        "El servidor es PostgreSQL {version} y se necesita {oldest} o posterior. Actualícelo."
    ),
    "database_encoding_good": N_("La base de datos usa UTF8."),
    "database_encoding_wrong": N_(
        "La base de datos usa {encoding} y se necesita UTF8. Cree otra con ENCODING 'UTF8' y "
        "restaure en ella un respaldo."
    ),
    "database_rights_good": N_("El usuario {user} puede crear lo que Recaudo necesita."),
    "database_rights_missing": N_(
        "El usuario {user} no puede crear tablas o extensiones en la base {database}. Hágalo "
        "su dueño: ALTER DATABASE … OWNER TO …"
    ),
    "clock_good": N_("El reloj coincide con el del servidor."),
    "clock_skewed": N_(
        "El reloj de esta máquina y el del servidor difieren en {seconds} segundos. "
        "Sincronícelos (NTP): de la hora dependen los vencimientos."
    ),
    "zone_good": N_("La zona horaria {zone} se conoce en ambos lados."),
    "creditor_zone_unknown": N_(
        "La zona horaria {zone} no existe. Corríjala en el acreedor; por ejemplo, America/Bogota."
    ),
    "zone_unknown_to_server": N_(
        "El servidor no conoce la zona horaria {zone}. Actualice los datos horarios (tzdata) "
        "del servidor."
    ),
    "zone_differs": N_(
        "Esta máquina y el servidor no dan la misma hora en {zone}. Actualice los datos "
        "horarios (tzdata) del que esté atrasado."
    ),
    "migrations_applied": N_("Las tablas están al día."),
    "migrations_pending": N_(
        "Cambios que faltan en las tablas: {count}, desde {first}. Ejecute «recaudo init»."
    ),
}
