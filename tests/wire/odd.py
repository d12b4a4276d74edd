"""What may stand in each place of a request, the usual first: tables, hence their form."""

# fmt: off

METHODS = [
    b"GET", b"HEAD", b"POST", b"PUT", b"OPTIONS", b"CONNECT", b"BREW", b"get", b"Post",
    b"M-SEARCH", b"!#$%&'*+-.^_`|~1", b"G\tT", b"G\0T", b"G(T", b'"GET"', b"\xe9", b"",
    b"OPTIONS ", b" GET", b"PRI",
]

TARGETS = [
    b"/", b"/a/b?c=d", b"/a%20b", b"/%e2%82%ac/%ff", b"//a//b", b"/?", b"/??", b"/a?b?c",
    b"/;a=b,c:@!$&'()*+", b"/a[]{}|^`b", b"/?a[]={1|2}^`", b"/?a\\b", b"/a\\b", b"/?%", b"/?%zz",
    b"/%", b"/%2", b"/%zz", b"/%%20", b'/"', b"/<>", b"/#", b"/a#b", b"/?#", b"/\x7f", b"/\xe9",
    b"/\t", b"/\0", b"/a b", b"", b"a", b"a/b", b"?a", b".", b"*", b"**", b"*?", b"/*", b"../..",
    b"/../..", b"/.", b"localhost", b"localhost:80", b"localhost:", b":80", b"a:b", b"[::1]:80",
    b"[::1]", b"a@b:80", b"a:99999", b"a:080", b"http://localhost", b"http://localhost/",
    b"HTTP://h:80/p?q", b"https://h", b"hTTps://h?q", b"http://h:", b"http://h:65535/",
    b"http://h:65536/", b"http://h:x/", b"http://h:-1/", b"http://", b"http:///", b"http://?q",
    b"http://:80/", b"http://u@h/", b"http://u:p@h/", b"http://[::1]/", b"http://[::1]:80?q",
    b"http://[::1", b"http://::1/", b"http://[fe80::1%25eth0]/", b"http://[v1.a:b]/",
    b"http://h%41/", b"http://h%4/", b"http://h[/", b"http://h/%", b"http://h#f", b"http://h/#",
    b"http://a,b/", b"http:/h", b"http:h", b"http", b"ftp://h/", b"urn:a:b", b"file:///",
    b"//h/p",
]

VERSIONS = [
    b"HTTP/1.1", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/2.0", b"HTTP/0.9", b"HTTP/9.9",
    b"HTTP/1.10", b"HTTP/1.", b"HTTP/1", b"HTTP/11", b"HTTP/01.1", b"HTTP/1.01", b"HTTP/1,1",
    b"HTTP/1 .1", b"HTTP /1.1", b"http/1.1", b"Http/1.1", b"HTTP/-1.1", b"HTTP/1.1 ",
    b" HTTP/1.1", b"HTTP/1.1\t", b"HTTP/1.1\r", b"HTTPS/1.1", b"HTTP/1.x", b"HTTP/x.1",
    b"HTTP/1.\xb2", b"ICE/1.1", b"/1.1", b"",
]

HOSTS = [
    b"localhost", b"localhost:8000", b"a.b-c_d~e!$&'()*+,;=", b"h%41", b"h%4", b"h%", b"h%zz",
    b"", b" ", b":", b":80", b"h:", b"h:0", b"h:65535", b"h:65536", b"h:0000080", b"h:000065536",
    b"h:99999999999999999999", b"h:8 0", b"h:+80", b"h:-1", b"h:x", b"h:80:80", b"127.0.0.1",
    b"256.0.0.1", b"[::1]", b"[::1]:80", b"[::1]:", b"[::1]80", b"[::1", b"::1", b"::1]", b"[]",
    b"[:]", b"[::]", b"[:::]", b"[1:2:3:4:5:6:7:8]", b"[1:2:3:4:5:6:7:8:9]", b"[1:2:3:4:5:6:7]",
    b"[1:2:3:4:5:6:7::]", b"[::2:3:4:5:6:7:8]", b"[1::3:4:5:6:7:8]", b"[1::2:3:4:5:6:7:8]",
    b"[1:2:3:4:5:6:7::8]", b"[1::2::3]", b"[12345::]", b"[g::]", b"[::ffff:1.2.3.4]",
    b"[::1.2.3.4]", b"[1.2.3.4::]", b"[::1.2.3.256]", b"[::01.2.3.4]", b"[::1.2.3]",
    b"[1:2:3:4:5:6:1.2.3.4]", b"[1:2:3:4:5:6:7:1.2.3.4]", b"[::0001]", b"[::00001]",
    b"[fe80::1%25eth0]", b"[fe80::1%eth0]", b"[v1.a]", b"[V1F.a:b]", b"[v.a]", b"[v1.]",
    b"[vg.a]", b"[v1.a%41]", b"[v1.a@]", b"[v1a]", b"u@h", b"u:p@h", b"h/", b"h/p", b"h?q",
    b"h#f", b"h\\", b"a b", b"a\tb", b"a,b", b"a, b", b"h\xe9", b"h\0", b"h\x7f", b'"h"', b"<h>",
    b"h[", b"h]", b"{h}", b"[1:2:3:4:5:6:7:8::]", b"h|", b"http://h",
]

LENGTHS = [
    b"0", b"5", b"05", b"0000000000000000000000005", b"+5", b"-5", b"-0", b"5 ", b" 5", b"\t5\t",
    b"5 5", b"5,5", b"5, 5", b"5,", b",5", b"5;", b"5.0", b"5e0", b"0x5", b"5_0", b"1_", b"_1",
    b"5L", b"", b" ", b"five", b"\xb2", b"\xd9\xa5", b"\xef\xbc\x95", b"5\0", b"5\x0b", b"'5'",
    b'"5"', b"18446744073709551614", b"18446744073709551615", b"18446744073709551616",
    b"18446744073709551621", b"00018446744073709551615", b"9223372036854775807",
    b"9223372036854775808", b"4294967296", b"4294967301",
    b"99999999999999999999999999999999999999",
]

CODINGS = [
    b"chunked", b"CHUNKED", b"Chunked", b" chunked\t", b"\tchunked", b"chunked,", b",chunked",
    b", chunked ,,", b"chunked, chunked", b"chunked,chunked", b"gzip, chunked", b"gzip,chunked",
    b"chunked, gzip", b"gzip", b"identity", b"identity, chunked", b"chunked, identity", b"", b",",
    b" ", b"chunked;q=1", b"chunked ;q=1", b"chunked; q=1", b"chunked;", b'chunked;a="b"',
    b'"chunked"', b"'chunked'", b"(chunked)", b"chunked chunked", b"chunke", b"chunkedd",
    b"xchunked", b"\x0bchunked", b"chunked\x0b", b"\0chunked", b"chunked\0", b"chun\tked",
    b"\xa0chunked", b"chunked\x85", b"c\xe7hunked", b'gzip;a="x, chunked"',
    b'gzip;a="x", chunked', b'gzip;a="x,y", chunked', b'gzip;a=", chunked',
    b"gzip;a=b;c, chunked", b"x x, chunked", b"chunked;q=1, chunked", b"trailers", b"chunked/1",
    b"chunked=1",
]

CONNECTIONS = [
    b"close", b"Close", b"keep-alive", b"Keep-Alive", b"keep-alive, close", b"close, keep-alive",
    b"upgrade", b"Upgrade, close", b"upgrade, keep-alive", b"", b",", b",close,", b"\tclose ",
    b"closed", b"close;", b'"close"', b"x-close", b"close close", b"TE, close",
    b"keep-alive,,upgrade", b"Host", b"content-length",
]

EXPECTATIONS = [
    b"100-continue", b"100-Continue", b"100-CONTINUE", b"", b",", b"100-continue,",
    b"100-continue, 100-continue", b"100", b"200-ok", b"100-continue;q=1", b"100-continue, x",
    b'"100-continue"', b"100-continue ", b"100 -continue", b"x=y",
]

UPGRADES = [
    b"websocket", b"WebSocket", b"h2c", b"h2c, websocket", b"websocket/13", b"foo/9", b"",
    b"TLS/1.0",
]

OTHER_LINES = [
    b"X-A: 1", b"x-a:1", b"X-A:", b"X-A: ", b"X-A:\t a\tb \t", b"x!#$%&'*+-.^_`|~9: 1",
    b"X-A: caf\xe9\xff\x80", b"X_A: 1", b"Cookie: a=b; c=d", b"X-A : 1", b"X-A\t: 1", b" X-A: 1",
    b"\tX-A: 1", b": 1", b":", b"X-A", b"", b"X A: 1", b"X(A): 1", b"X-A: a\0b", b"X-A: a\x01b",
    b"X-A: a\x7fb", b"X-A: a\x0bb", b"X-A: a\x0cb", b"X-A: a\rb", b"X-A: a\nb", b"X-A: a\r",
    b"\rX-A: 1", b"X-A\r: 1", b"X-A: 1\r\n folded", b"X-A: 1\r\n\tfolded", b"X-A: 1\r\n ",
    b"X\xe9: 1", b"X\0: 1", b'"X": 1', b'X-A: "quoted\\""', b"GET / HTTP/1.1",
    b"Content_Length: 5", b"Content-Length : 5", b"Content-Length\0: 5",
    b"Transfer-Encoding : chunked", b"Transfer_Encoding: chunked",
    b"transfer-encoding\x0b: chunked", b"X-A: 1\nContent-Length: 5",
    b"X-A: 1\rTransfer-Encoding: chunked", b"X-Content-Length: 5", b"Trailer: X-A",
    b"TE: trailers",
]

CHUNK_SIZES = [
    b"5", b"05", b"0000000000000005", b"00000000000000005", b"a", b"A", b"0a", b"0xA", b"+5",
    b"-5", b" 5", b"5 ", b"5\t", b"5_0", b"g", b"", b"5g", b"\xb2", b"7fffffffffffffff",
    b"8000000000000000", b"ffffffffffffffff", b"FFFFFFFFFFFFFFFF", b"10000000000000005",
    b"100000005", b"5\0", b"5\x0b",
]

EXTENSIONS = [
    b"", b";a", b";a=b", b' ; a = "b"', b';a="b;c=\\"d\\""', b"\t;\ta\t=\tb", b";a;b;c", b";",
    b";;", b";a=", b";=b", b";a b", b";a=b c", b";a=b ", b" ", b'";"', b';a="', b';a="b',
    b';a="\\', b';a="b"c', b";a='b c'", b";a\0", b";a=\xe9", b';a="\xe9"', b';a="\\\xe9"',
    b';a="\x7f"', b";a\rb", b";a\nb", b';a="\n"', b';a="\r"', b" a", b"a", b",a", b"\x0b;a",
    b";[", b';"a"', b'; a ="b" ;c',
]

LINE_ENDS = [
    b"\n", b"\r", b"\r\r\n", b"\n\r", b"", b"\r\n\r\n", b" \r\n", b"\x0b\r\n", b"\0\r\n", b"\x85",
]

TRAILER_LINES = [
    b"X-A: 1", b"Content-Length: 5", b"Transfer-Encoding: chunked", b"Host: h", b"X-A:",
    b"X-A : 1", b" folded", b"X-A", b": 1", b"X-A: \0", b"X-A: \xe9", b"X\xe9: 1", b"X-A: a\rb",
    b"X-A: a\nb", b"0",
]

SPECIAL = [
    bytes([octet]) for octet in b'\r\n\0 \t:,;"\\%=/?#[]@-_+019aAfgx\x0b\x7f\x80\x85\xa0\xff'
]
