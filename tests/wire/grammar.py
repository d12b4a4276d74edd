"""The ABNF of RFC 9112, RFC 9110 and RFC 3986 as regular expressions, rule by rule.

What ``docs/supported-http.md`` calls more lenient than the grammar is ``TOLERATED`` here.
"""

import re

# RFC 5234, appendix B.1, and RFC 9110, section 5.6
OWS = rb"[ \t]*"
HEXDIG = rb"[0-9A-Fa-f]"
TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QDTEXT = rb"[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]"
QUOTED_PAIR = rb"\\[\t \x21-\x7e\x80-\xff]"
QUOTED_STRING = rb'"(?:%b|%b)*"' % (QDTEXT, QUOTED_PAIR)

# RFC 3986, section 2 and 3
UNRESERVED = rb"A-Za-z0-9\-._~"
SUB_DELIMS = rb"!$&'()*+,;="
PCT_ENCODED = rb"%%%b%b" % (HEXDIG, HEXDIG)
TOLERATED = rb"\[\]{}|^`"
PCHAR = rb"[%b%b:@%b%%]" % (UNRESERVED, SUB_DELIMS, TOLERATED)
QUERY = rb"[%b%b:@%b/?\\%%]*" % (UNRESERVED, SUB_DELIMS, TOLERATED)
ABSOLUTE_PATH = rb"(?:/%b*)+" % PCHAR

# RFC 3986, section 3.2.2
H16 = rb"%b{1,4}" % HEXDIG
DEC_OCTET = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4_ADDRESS = rb"%b(?:\.%b){3}" % (DEC_OCTET, DEC_OCTET)
LS32 = rb"(?:%b:%b|%b)" % (H16, H16, IPV4_ADDRESS)
IPV6_ADDRESS = b"|".join(
    form.replace(b"h16", H16).replace(b"ls32", LS32)
    for form in (
        rb"(?:h16:){6}ls32",
        rb"::(?:h16:){5}ls32",
        rb"(?:h16)?::(?:h16:){4}ls32",
        rb"(?:(?:h16:){0,1}h16)?::(?:h16:){3}ls32",
        rb"(?:(?:h16:){0,2}h16)?::(?:h16:){2}ls32",
        rb"(?:(?:h16:){0,3}h16)?::h16:ls32",
        rb"(?:(?:h16:){0,4}h16)?::ls32",
        rb"(?:(?:h16:){0,5}h16)?::h16",
        rb"(?:(?:h16:){0,6}h16)?::",
    )
)
IPV_FUTURE = rb"[vV]%b+\.[%b%b:]+" % (HEXDIG, UNRESERVED, SUB_DELIMS)
IP_LITERAL = rb"\[(?:%b|%b)\]" % (IPV6_ADDRESS, IPV_FUTURE)
REG_NAME = rb"(?:[%b%b]|%b)+" % (UNRESERVED, SUB_DELIMS, PCT_ENCODED)
URI_HOST = rb"(?:%b|%b)" % (IP_LITERAL, REG_NAME)
AUTHORITY = rb"%b(?::(?P<port>[0-9]*))?" % URI_HOST

# RFC 9112, section 3.2
ORIGIN_FORM = re.compile(rb"(?P<path>%b)(?:\?(?P<query>%b))?" % (ABSOLUTE_PATH, QUERY))
ABSOLUTE_FORM = re.compile(
    rb"(?i:https?)://(?P<authority>%b)(?P<path>(?:%b)?)(?:\?(?P<query>%b))?"
    % (AUTHORITY, ABSOLUTE_PATH, QUERY)
)
HOST = re.compile(AUTHORITY)
AUTHORITY_FORM = re.compile(rb"%b:(?P<port>[0-9]+)" % URI_HOST)

# RFC 9112, sections 2.3, 3 and 5, and RFC 9110, section 5.5
REQUEST_LINE = re.compile(
    rb"(?P<method>%b) (?P<target>[\x21-\x7e]+) HTTP/(?P<major>[0-9])\.(?P<minor>[0-9])" % TOKEN
)
FIELD_LINE = re.compile(rb"(?P<name>%b):(?P<value>[\t\x20-\x7e\x80-\xff]*)" % TOKEN)

# RFC 9112, section 7.1
CHUNK_EXT_VAL = rb"(?:%b|%b)" % (TOKEN, QUOTED_STRING)
CHUNK_EXT = rb"(?:%b;%b%b(?:%b=%b%b)?)*" % (OWS, OWS, TOKEN, OWS, OWS, CHUNK_EXT_VAL)
CHUNK_LINE = re.compile(rb"(?P<size>%b{1,16})(?P<ext>%b)" % (HEXDIG, CHUNK_EXT))

# RFC 9110, section 10.1.4
TRANSFER_CODING = re.compile(
    rb"%b(?:%b;%b%b%b=%b%b)*" % (TOKEN, OWS, OWS, TOKEN, OWS, OWS, CHUNK_EXT_VAL)
)

OTHER_VERSION = re.compile(rb" HTTP/[02-9]\.[0-9]$")

# What may yet become a line
UNFINISHED_REQUEST_LINE = re.compile(rb"[\x20-\x7e]*\r?")
UNFINISHED_LINE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\r?")
UNFINISHED_CHUNK_LINE = re.compile(rb"%b{0,16}(?:[\t ;][\t\x20-\x7e\x80-\xff]*)?\r?" % HEXDIG)
