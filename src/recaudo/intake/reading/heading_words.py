"""The words of headings: abbreviations written out, then phrases and the fields they mean.

A phrase is compared after folding (no accents, case, dots), expansion and dropping of ``IGNORED``
words, so 'Fec. de Vcto.' is 'fecha vencimiento'. The number is the rank: 1 certain, 2 usual,
3 weak (a stronger heading takes the field, or the table's other columns change its meaning).
"""

from __future__ import annotations

IGNORED = frozenset({"de", "del", "la", "el", "los", "las", "al", "a", "en", "of", "the", "$", "s"})

EXPANSIONS = {
    short: long
    for long, shorts in {
        "numero": "nro no num nr n # numer number nbr nmro",
        "fecha": "fec fch fcha f date fechas",
        "vencimiento": "vcto vto vence venc vcmto vencim vencto vencimto due ven vmto",
        "factura": "fact fac fra factur invoice invoices facturas inv",
        "documento": "doc docto dcto document documentos dcmto docum doc",
        "codigo": "cod code cdgo codig",
        "cliente": "cli client customer clientes customers cust cte clte",
        "telefono": "tel telef tlf fono phone telephone telefonos fonos tfno",
        "celular": "cel movil mobile cell cellphone celulares",
        "correo": "mail email emails correos",
        "valor": "val vr vlr monto importe amount amt value mto imp montos vlor",
        "saldo": "balance outstanding sdo bal saldos",
        "interes": "int interest intereses",
        "emision": "emi issue issued emis emitida emitido",
        "direccion": "dir address domicilio direcc",
        "ciudad": "city municipio comuna localidad poblacion",
        "vendedor": "vend seller salesman salesperson asesor ejecutivo vendedora agente",
        "sucursal": "suc branch sede oficina agencia",
        "tipo": "tip type tpo",
        "moneda": "mon currency curr divisa",
        "pago": "payment pagos paid pay",
        "referencia": "ref reference refer",
        "cuota": "installment instalment cuotas mensualidad dividendo",
        "dias": "days dia day",
        "nombre": "nom name nombres nmbre",
        "identificacion": "ident id ids identif idn",
        "credito": "credit cred creditos",
        "obligacion": "oblig obl loan prestamo",
        "grupo": "group",
        "plazo": "terms term condicion condiciones",
        "estado": "status state",
        "limite": "limit cupo",
        "zona": "zone region territorio",
        "contacto": "contact",
        "orden": "order",
        "compra": "purchase",
        "serie": "prefijo prefix",
        "tercero": "terceros auxiliar ficha anexo",
        "descripcion": "description glosa concepto detalle desc observacion observaciones text",
        "total": "tot totales",
    }.items()
    for short in shorts.split()
}

_MEANINGS: dict[tuple[str, int], str] = {
    # customer
    ("customer_code", 1): """codigo cliente|numero cliente|cliente codigo|cliente numero|
        cliente identificacion|identificacion cliente|codigo tercero|codigo deudor|cliente cuenta|
        codigo socio negocio|codigo socio|account|numero socio|customer account|cuenta cliente|
        codigo cliente sap|deudor codigo|identificacion interno|cod cliente interno|
        clave cliente""",
    ("customer_code", 2): """codigo|cuenta|clave|numero cuenta|account numero""",
    ("customer_code", 3): "cliente|deudor|tercero|identificacion",
    ("name", 1): """nombre cliente|razon social|nombre razon social|cliente nombre|nombre tercero|
        nombre deudor|nombre completo|razon social cliente|nombre o razon social|company nombre|
        company|nombre empresa|nombre comercial|nombre apellidos|apellidos nombre|nombre titular|
        nombre y apellidos|apellidos y nombre|razon social o nombre|razon social nombre|
        nombre fantasia|full nombre|business nombre|nombre tercero cliente|nombre socio""",
    ("name", 2): "nombre|cliente|deudor|tercero|titular|empresa|razonsocial|socio",
    ("tax_id", 1): """nit|nit cc|cc nit|nit cedula|cedula nit|nit o cc|rut|rut cliente|nit cliente|
        ruc|ruc cliente|rfc|rfc cliente|cuit|cuit cliente|cedula|cedula ciudadania|numero cedula|
        cedula cliente|numero identificacion|tax identificacion|taxid|identificacion tributaria|
        numero identificacion tributaria|documento identidad|numero documento identidad|
        identificacion fiscal|dni|dni ruc|ruc dni|cc|cuil|cnpj|cpf|curp|nit tercero|rut deudor|
        rut tercero|ruc tercero|nif|ci ruc|cedula ruc|ruc cedula|vat numero|nit rut|rut nit|
        numero nit|numero rut|numero ruc|cedula deudor|identificacion deudor|nit deudor|
        identificacion titular|tercero nit|nit ced|rut empresa|rut tercero cliente""",
    ("tax_id", 2): "identificacion|numero tributario|documento cliente|cliente rut|cliente nit",
    ("tax_id", 3): "documento|numero documento",
    ("tax_id_kind", 1): """tipo identificacion|tipo documento identidad|tipo tributario|
        clase identificacion|tipo identificacion cliente|tax identificacion tipo""",
    ("country", 1): "pais|country|pais cliente|country codigo|codigo pais|country iso",
    ("class_name", 1): """clase cliente|tipo cliente|segmento|categoria|clasificacion|segment|
        categoria cliente|clasificacion cliente|cliente class|cliente tipo|clase|canal|
        segmento cliente|tipo persona|cliente segment""",
    ("group_code", 1): "codigo grupo|grupo codigo|numero grupo|grupo identificacion",
    ("group_name", 1): "grupo economico|grupo|nombre grupo|grupo empresarial|grupo nombre|holding",
    ("seller", 1): """vendedor|codigo vendedor|nombre vendedor|vendedor nombre|vendedor codigo|
        sales rep|rep ventas|representante ventas|vendedor asignado|vendedor asignada""",
    ("collector", 1): """cobrador|gestor|gestor cobranza|collector|analista cartera|cobranza|
        responsable cobranza|gestor cartera|codigo cobrador|nombre cobrador|analista|
        gestor cobro""",
    ("branch", 1): """sucursal|codigo sucursal|nombre sucursal|centro costo|punto venta|tienda|
        sucursal nombre|almacen|regional|centro costos|business codigo|company codigo|local""",
    ("zone", 1): "zona|codigo zona|nombre zona|ruta|zona venta|zona ventas|zona comercial",
    ("credit_limit", 1): """limite|limite credito|limite asignado|limite aprobado|credito limite|
        linea credito|limite total|valor limite|limite autorizado|limite credito aprobado""",
    ("terms_days", 1): """plazo|plazo dias|dias plazo|dias credito|plazo pago|pago plazo|
        credito dias|credito plazo|dias pago plazo|plazo credito|forma plazo|plazo venta|
        plazo cliente|cliente pago plazo""",
    ("customer_since", 1): """cliente desde|fecha vinculacion|fecha ingreso|antiguedad cliente|
        cliente since|fecha alta|fecha creacion cliente|fecha apertura""",
    ("pay_days", 1): """dias pago|dia pago|calendario pago|dias pago cliente|dia pago cliente|
        dias pagos|calendario pagos|pago dias|horario pago|dia revision pago""",
    ("do_not_contact", 1): """no contactar|do not contacto|do not call|no llamar|
        lista negra contacto""",
    # contact
    ("email", 1): """correo|correo electronico|e correo|correo contacto|correo facturacion|
        correo cliente|correo cartera|correo pago|direccion correo|correo direccion|
        electronic correo|contacto correo|correo principal|correo cobranza|correo e|cliente correo|
        correo tesoreria|correo electronico cliente|e correo cliente""",
    ("email2", 1): """correo 2|correo alterno|correo secundario|otro correo|segundo correo|
        e correo 2""",
    ("phone", 1): """telefono|telefono fijo|numero telefono|telefono 1|fijo|telefono cliente|
        telefono contacto|telefono casa|telefono oficina|telefono principal|cliente telefono""",
    ("phone2", 1): """telefono 2|otro telefono|segundo telefono|telefono alterno|
        telefono secundario|telefono trabajo|celular 2""",
    ("mobile", 1): """celular|numero celular|telefono celular|celular contacto|celular cliente|
        celular 1|telefono 1 celular|celular telefono|cliente celular""",
    ("whatsapp", 1): "whatsapp|wa|wsp|numero whatsapp|celular whatsapp|whats app|whatsapp cliente",
    ("address", 1): """direccion|direccion cliente|direccion cobro|direccion principal|calle|
        direccion fiscal|direccion facturacion|direccion correspondencia|cliente direccion""",
    ("city", 1): "ciudad|nombre ciudad|ciudad cliente|ciudad nombre",
    ("contact_name", 1): """contacto|nombre contacto|persona contacto|contacto nombre|
        contacto cartera|contacto pago|contacto tesoreria|nombre codeudor|codeudor|
        contacto persona|contacto cobranza""",
    ("contact_role", 1): "cargo|cargo contacto|rol|rol contacto|calidad|parentesco|contacto role",
    ("contact_tax_id", 1): "cedula contacto|identificacion contacto|cedula codeudor|cc codeudor",
    # obligation
    ("obligation_number", 1): """obligacion|numero obligacion|numero credito|credito|contrato|
        numero contrato|numero pagare|pagare|operacion|numero operacion|numero tarjeta|
        obligacion numero|credito numero|contract|contract numero|numero prestamo|
        codigo credito|identificacion credito|obligacion identificacion|codigo obligacion""",
    ("product", 1): """producto|linea|linea producto|product|tipo producto|tipo credito|
        linea negocio|nombre producto|codigo producto|modalidad|tipo obligacion""",
    ("regime", 1): "regimen|regime|regimen legal|regimen deuda|tipo deuda|clase cartera",
    # document
    ("doc_type", 1): """tipo documento|documento tipo|clase documento|tipo comprobante|td|tipo|
        tipo factura|tipodoc|t documento|documento clase|clase doc|tipo movimiento|documento t""",
    ("doc_type", 2): "comprobante tipo|t d|clase|documento class",
    ("prefix", 1): "serie|serie documento|serie factura|serie comprobante",
    ("number", 1): """numero factura|factura|factura numero|numero documento|folio|
        documento numero|
        numero comprobante|documento referencia|numero folio|comprobante|factura identificacion|
        documento identificacion|bill numero|correlativo|folio factura|numero cfdi|
        numero documento cobro|numero interno documento|documento cruce|numero titulo|
        numero consecutivo|consecutivo|assignment|uuid factura|factura folio|serie numero|
        folio fiscal|serie folio|numero doc factura|numero factura cliente""",
    ("number", 2): "numero|documento|cuenta cobro|numero fiscal|titulo|letra|numero letra",
    ("number", 3): "referencia",
    ("instalment", 1): """cuota|numero cuota|cuota numero|nro cuota|vencimiento numero|
        cuota actual|
        numero vencimiento|parcialidad|numero parcialidad""",
    ("issued_on", 1): """fecha factura|fecha emision|factura fecha|fecha documento|emision|
        documento fecha|fecha expedicion|fecha elaboracion|fecha contable|posting fecha|
        fecha contabilizacion|fecha comprobante|fecha creacion|documento create fecha|
        fecha facturacion|emision fecha|fecha generacion|fecha desembolso|fecha doc""",
    ("issued_on", 3): "fecha|created",
    ("due_on", 1): """fecha vencimiento|vencimiento|vencimiento fecha|vencimiento in fecha|
        fecha vencimiento factura|fecha vencimiento cuota|fecha limite pago|net vencimiento fecha|
        net vencimiento dt|vencimiento neto|fecha vencimiento documento|fecha limite|
        fecha exigible|fecha exigibilidad|pago vencimiento fecha|net vencimiento|
        vencimiento factura|vencimiento cuota|f vencimiento|fecha pago limite|vencimiento on""",
    ("days_past_due", 1): """dias mora|dias vencido|dias vencidos|dias vencida|dias atraso|
        mora dias|
        dias vencimiento|dias past vencimiento|atraso dias|dias retraso|dias late|
        arrears dias|edad mora|vencimiento dias|dias vencidas|dias mora actual|altura mora""",
    ("days_past_due", 2): "dias|mora dias actual|edad|atraso",
    ("amount", 1): """valor factura|valor documento|factura valor|valor original|valor total|
        documento valor|total factura|valor bruto|factura total|valor inicial|original valor|
        total documento|valor factura total|valor total factura|valor cuota|total cuota|
        valor moneda local|valor in local curr|valor in loc cur|valor in local moneda|
        valor facturado|cuota total|valor documento original""",
    ("amount", 3): "valor|total|cargo|cargos|debe|valor neto|neto",
    ("open_amount", 1): """saldo|saldo pendiente|saldo actual|saldo factura|saldo documento|
        saldo total|valor saldo|saldo vencido total|valor pendiente|total open valor|open valor|
        saldo deuda|pendiente|saldo valor|valor adeudado|deuda|saldo cartera|saldo cuota|
        saldo insoluto|saldo moneda local|total deuda|valor cartera|total saldo|open saldo|
        saldo cliente|total adeudado|total cartera|por cobrar|saldo por cobrar|saldo final|
        valor vencimiento|valor open|saldo vencimiento|converted usd|saldo obligacion|
        saldo pendiente pago|valor por cobrar|total pendiente|saldo fecha|adeudo|
        importe pendiente""",
    ("settled_amount", 1): """abonos|total abonos|pagado|valor pagado fecha|settled|total pagado|
        valor abonos|abonado|total abonado|valor aplicado|pagos aplicados|haber|settled valor|
        pago fecha|abono acumulado|abonos acumulados|valor settled|pago aplicado""",
    ("currency", 1): """moneda|moneda documento|codigo moneda|factura moneda|l curr|lcurr|
        moneda codigo|tipo moneda|moneda factura|moneda origen|documento moneda""",
    ("state", 1): """estado factura|estado documento|estado|estado radicacion|factura estado|
        documento estado|estado dian|estado aceptacion|situacion factura""",
    ("filed_on", 1): """fecha radicacion|fecha radicado|radicado|fecha recepcion|fecha recibido|
        fecha recepcion factura|radicacion|fecha contrarecibo|fecha contra recibo|fecha acuse""",
    ("purchase_order", 1): """orden compra|oc|numero orden compra|numero oc|po|po numero|
        compra orden|orden compra cliente|pedido|numero pedido|compra orden numero""",
    ("description", 1): "descripcion|descripcion documento|descripcion factura",
    ("capital", 1): """capital|valor capital|saldo capital|capital cuota|principal|
        abono capital|amortizacion""",
    ("interest", 1): """interes corriente|interes corrientes|interes|valor interes|saldo interes|
        interes cuota|interes remuneratorio|interes ordinario|interes remuneratorios|
        interes cte|interes ctes|saldo interes corriente|interes compensatorio""",
    ("default_interest", 1): """interes mora|interes moratorio|interes moratorios|mora|valor mora|
        interes por mora|saldo mora|saldo interes mora|interes vencidos|recargo mora""",
    ("insurance", 1): """seguro|seguros|valor seguro|seguro vida|insurance|saldo seguro|
        seguro cuota""",
    ("fees", 1): """gastos|gastos cobranza|honorarios|comision|comisiones|otros cargos|fees|otros|
        cargos adicionales|gasto cobranza|otros conceptos|gastos administrativos|saldo otros""",
    ("tax", 1): "iva|igv|impuesto|impuestos|itbms|valor iva|iva cuota|iva interes|tax|iibb",
    # payment
    ("paid_on", 1): """fecha pago|pago fecha pago|fecha abono|fecha recaudo|settled fecha|
        fecha consignacion|fecha recibo|clear fecha|fecha aplicacion|
        fecha cancelacion|fecha deposito|pago on|fecha cobro|clearing fecha""",
    ("paid_amount", 1): """valor abonado|valor pago|valor pagado|abono|pago valor|pago|
        valor abono|valor recaudado|valor consignado|recaudo|valor recibido|valor recibo|
        valor cobrado|valor deposito""",
    ("payment_reference", 1): """referencia pago|recibo|numero recibo|recibo caja|
        numero recibo caja|comprobante pago|numero transaccion|pago referencia|numero pago|
        pago numero|numero operacion pago|numero consignacion|numero comprobante pago|
        transaccion|numero operacion bancaria""",
    ("method", 1): """forma pago|medio pago|metodo pago|pago metodo|banco|canal pago|
        instrumento pago""",
    ("payer", 1): "pagador|pagado por|nombre pagador|quien paga|ordenante|payer",
    ("payment_id", 1): """id pago|identificador pago|pago id|id transaccion|id externo|
        external id|codigo unico pago""",
    # rate
    ("exchange_rate", 1): "tasa cambio|trm|tipo cambio|exchange rate|tc|valor trm|rate|paridad",
    ("rate_on", 1): """fecha tasa|fecha trm|fecha tipo cambio|rate fecha|vigencia desde|
        fecha cambio""",
}  # fmt: skip


def _phrases() -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for (field, rank), phrases in _MEANINGS.items():
        for phrase in phrases.split("|"):
            words = (EXPANSIONS.get(each, each) for each in phrase.split())
            key = " ".join(each for each in words if each not in IGNORED)
            if field not in {known for known, _ in found.get(key, [])}:
                found.setdefault(key, []).append((field, rank))
    return {
        phrase: tuple(sorted(claims, key=lambda claim: claim[1]))
        for phrase, claims in found.items()
    }


PHRASES = _phrases()
