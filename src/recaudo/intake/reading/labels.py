"""Words of few meanings: currencies, states, regimes, kinds of id, countries, roles, yes and no."""

from __future__ import annotations

import re

from recaudo.intake.reading.folding import fold


def _table(**words: str) -> dict[str, str]:
    return {word: label for label, each in words.items() for word in each.split("|")}


_CURRENCIES = _table(
    COP="cop|col|pesos colombianos|peso colombiano|co$|cop$",
    CLP="clp|pesos chilenos|peso chileno|ch$",
    CLF="clf|uf|unidad de fomento",
    MXN="mxn|mxp|pesos mexicanos|peso mexicano|mx$",
    PEN="pen|sol|soles|s|nuevos soles|s s",
    USD="usd|us$|us|u s$|dolar|dolares|dolares americanos|dolar americano|dol|dollar|dollars|me$",
    EUR="eur|euro|euros",
    ARS="ars|pesos argentinos|peso argentino|ar$",
    BRL="brl|real|reales|reais|r$",
    CAD="cad",
    GBP="gbp",
    UYU="uyu",
    BOB="bob|bolivianos|bs",
    PYG="pyg|guaranies|gs",
    CRC="crc|colones",
    GTQ="gtq|quetzales",
    HNL="hnl",
    NIO="nio",
    DOP="dop",
    PAB="pab|balboas",
    VES="ves",
)
#: The creditor's own currency, whichever it is.
_LOCAL = frozenset(
    {"$", "peso", "pesos", "local", "moneda local", "ml", "mn", "moneda nacional", "nacional"}
)

_TABLES: dict[str, dict[str, str]] = {
    "state": _table(
        issued="emitida|emitido|issued|generada|expedida|pendiente|vigente|abierta|open|"
        "vencida|activa",
        filed="radicada|radicado|filed|entregada|recibida|received|en revision|contra recibo",
        accepted="aceptada|aceptado|accepted|aprobada|conforme|"
        "aceptacion tacita|aceptacion expresa",
        rejected="rechazada|rechazado|rejected|devuelta|devuelto|reclamada|glosada",
        ceded="cedida|cedido|ceded|factoring|endosada|en factoring",
    ),
    "regime": _table(
        consumer="consumo|consumidor|consumer|persona|persona natural|natural|hogar|libranza",
        company="empresa|company|comercial|corporativo|persona juridica|juridica|empresarial",
        small_company="mipyme|pyme|microempresa|micro|pequena empresa|small company|microcredito",
        supervised_lender="entidad vigilada|vigilada|financiera|banco|supervised lender",
        guarantor="garante|aval|codeudor|fiador|guarantor",
    ),
    "tax_id_kind": _table(
        nit="nit|n|31|numero de identificacion tributaria",
        cc="cc|c|13|cedula|cedula de ciudadania|cedula ciudadania",
        ce="ce|22|cedula de extranjeria|cedula extranjeria",
        rut="rut",
        rfc="rfc",
        curp="curp",
        ruc="ruc|6",
        dni="dni|1",
        ci="ci|cedula de identidad",
        cuit="cuit|80|cuil",
        cpf="cpf",
        cnpj="cnpj",
        passport="pasaporte|pas|passport|41|7|pp",
        other="otro|other|ti|tarjeta de identidad|pep|ppt|nie",
    ),
    "country": _table(
        CO="co|col|colombia|170",
        CL="cl|chl|chile|152",
        MX="mx|mex|mexico|484",
        PE="pe|per|peru|604",
        EC="ec|ecu|ecuador|218",
        AR="ar|arg|argentina|032",
        BR="br|bra|brasil|brazil",
        US="us|usa|estados unidos|united states|eeuu",
        ES="es|esp|espana|spain",
        PA="pa|pan|panama",
        CR="cr|cri|costa rica",
        UY="uy|ury|uruguay",
        PY="py|pry|paraguay",
        BO="bo|bol|bolivia",
        VE="ve|ven|venezuela",
        GT="gt|gtm|guatemala",
        HN="hn|hnd|honduras",
        SV="sv|slv|el salvador",
        NI="ni|nic|nicaragua",
        DO="do|dom|republica dominicana",
        CA="ca|can|canada",
    ),
    "contact_role": _table(
        co_debtor="codeudor|co deudor|deudor solidario|co debtor",
        guarantor="aval|avalista|fiador|garante|guarantor",
        legal_representative="representante legal|rep legal|representante|legal representative",
        reference="referencia|referencia personal|referencia familiar|reference",
        contact="contacto|contact|tesoreria|tesorero|tesorera|cuentas por pagar|pagos|contabilidad|"
        "contador|contadora|compras|gerente|gerencia|administracion|facturacion|cartera",
    ),
    "flag": _table(true="si|s|yes|y|x|true|1|verdadero", false="no|n|false|0|falso"),
}  # fmt: skip

_CREDIT_WORDS = {
    "credit_note": "n ?c|nce|nota (?:de )?credito|credit (?:note|memo)|07|61|dg|rk",
    "withholding": "ret|rete|retencion|withholding|detraccion|reteica|retefuente",
    "advance": "anticipo|ant|saldo a favor|advance|deposit",
    "payment": "recibo|rc|pago|abono|payment|dz|consignacion|ing|ingreso",
    "adjustment": "ajuste|aj|adjustment",
}
_CREDITS = {kind: re.compile(rf"\b(?:{words})\b") for kind, words in _CREDIT_WORDS.items()}


def currency_of(text: str) -> str | None:
    """ISO code of ``text``; '' for the creditor's own ('$', 'pesos'); None where unknown."""
    words = fold(text)
    if words in _LOCAL or text.strip() == "$":
        return ""
    return _CURRENCIES.get(words)


def label_of(field: str, text: str) -> str | None:
    """The known word that ``text`` means in ``field``, or None."""
    if field == "currency":
        return currency_of(text)
    return _TABLES[field].get(fold(text))


def flag_of(text: str) -> bool | None:
    word = _TABLES["flag"].get(fold(text))
    return None if word is None else word == "true"


def credit_kind_of(doc_type: str) -> str:
    """The kind of credit that a document type names ('NC', 'Anticipo'); '' for any other type."""
    words = fold(doc_type)
    return next((kind for kind, pattern in _CREDITS.items() if pattern.search(words)), "")
