//! What the access log says of requests, however they end.

use std::{
    env, fs, io::Write, net::TcpStream, path::PathBuf, process, sync::Arc, thread, time::Duration,
};

use pyre_runtime::{
    Config, Proxies,
    access_log::{Format, Recorder, Writer},
    http1::Content,
};

use crate::support::{Server, answer, client::reset, get, post};

/// As long as a test may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that logs, and the file that it logs to.
struct Logged {
    server: Server,
    writer: Arc<Writer>,
    path: PathBuf,
}

impl Logged {
    fn new(name: &str, format: Format) -> Self {
        Self::configured(name, format, Config::default())
    }

    fn configured(name: &str, format: Format, config: Config) -> Self {
        let path = env::temp_dir().join(format!("pyre-{}-{name}.log", process::id()));
        let writer = Arc::new(Writer::open(Some(path.clone())).unwrap());
        let recorder = Recorder::new(format, Arc::clone(&writer));
        Self {
            server: Server::recorded(config, recorder),
            writer,
            path,
        }
    }

    /// The lines, without what changes from run to run: the time in brackets.
    fn lines(mut self) -> Vec<String> {
        self.server.tick();
        assert!(self.writer.close(PATIENCE));
        assert_eq!(self.writer.abandon(), None, "no line was lost");
        let text = fs::read_to_string(&self.path).unwrap();
        fs::remove_file(&self.path).unwrap();
        text.lines().map(without_time).collect()
    }
}

fn without_time(line: &str) -> String {
    match (line.find(" ["), line.find("] ")) {
        (Some(start), Some(end)) => format!("{}{}", &line[..start], &line[end + 1..]),
        _ => line.to_owned(),
    }
}

#[test]
fn each_response_is_a_line() {
    let mut logged = Logged::new("responses", Format::Common);
    let server = &mut logged.server;
    let mut client = server.connect();
    client.send([get("/a?b"), get("/2")].concat());
    let id = server.request().id;
    answer(&mut server.reactor, id, b"12345");
    let id = server.request().id;
    server.reactor.send_head(id, 404, []).unwrap();
    for (part, end) in [("one", false), ("more", true)] {
        let content = Content::Copied(part.as_bytes());
        server.reactor.send_data(id, content, end).unwrap();
    }
    server.response(&mut client);
    client.send("HEAD /head HTTP/1.0\r\n\r\n");
    let id = server.request().id;
    answer(&mut server.reactor, id, b"12345");
    assert_eq!(
        logged.lines(),
        [
            r#"127.0.0.1 - - "GET /a?b HTTP/1.1" 200 5"#,
            r#"127.0.0.1 - - "GET /2 HTTP/1.1" 404 7"#,
            r#"127.0.0.1 - - "HEAD /head HTTP/1.0" 200 0"#,
        ]
    );
}

#[test]
fn the_time_is_apaches() {
    let mut logged = Logged::new("time", Format::Common);
    let _client = logged.server.connect_and_send(get("/"));
    let id = logged.server.request().id;
    answer(&mut logged.server.reactor, id, b"");
    logged.server.tick();
    assert!(logged.writer.close(PATIENCE));
    let text = fs::read_to_string(&logged.path).unwrap();
    fs::remove_file(&logged.path).unwrap();
    let time = text.split(['[', ']']).nth(1).expect("a time in brackets");
    let shape: String = time
        .chars()
        .map(|c| match c {
            '0'..='9' => '0',
            'a'..='z' | 'A'..='Z' => 'a',
            other => other,
        })
        .collect();
    assert_eq!(shape, "00/aaa/0000:00:00:00 +0000");
}

#[test]
fn a_peer_that_left_without_an_answer_is_499() {
    let mut logged = Logged::new("left", Format::Common);
    let server = &mut logged.server;
    let mut client = TcpStream::connect(server.address()).unwrap();
    client.write_all(&get("/left")).unwrap();
    let id = server.request().id;
    reset(client);
    server.wake(id);
    server.drained();
    let expected = r#"127.0.0.1 - - "GET /left HTTP/1.1" 499 0"#;
    assert_eq!(logged.lines(), [expected]);
}

#[test]
fn a_peer_that_left_during_the_response_keeps_its_status() {
    let mut logged = Logged::new("during", Format::Common);
    let server = &mut logged.server;
    let mut client = TcpStream::connect(server.address()).unwrap();
    client.write_all(&get("/during")).unwrap();
    let id = server.request().id;
    server.reactor.send_head(id, 206, []).unwrap();
    let part = Content::Copied(b"part");
    server.reactor.send_data(id, part, false).unwrap();
    reset(client);
    server.wake(id);
    let expected = r#"127.0.0.1 - - "GET /during HTTP/1.1" 206 4"#;
    assert_eq!(logged.lines(), [expected]);
}

#[test]
fn what_the_server_answers_itself_is_logged() {
    let mut logged = Logged::new("errors", Format::Common);
    let server = &mut logged.server;
    let mut client = server.connect_and_send(get("/fails"));
    let id = server.request().id;
    server.reactor.send_error(id, 500, "the application failed");
    server.response(&mut client);

    let head = [&post("/late", 10)[..], b"abc"].concat();
    let mut client = server.connect_and_send(head);
    let id = server.request().id;
    client.finish();
    server.run_until("the content is refused", |server| {
        let received = server.reactor.receive(id);
        matches!(received, pyre_runtime::Received::Disconnected)
    });
    server.response(&mut client);

    let mut client = server.connect_and_send("broken\r\n\r\n");
    let refusal = server.response(&mut client);
    let octets = [
        "500 the application failed\n".len(),
        "400 incomplete message\n".len(),
    ];
    assert_eq!(
        logged.lines(),
        [
            format!(r#"127.0.0.1 - - "GET /fails HTTP/1.1" 500 {}"#, octets[0]),
            format!(r#"127.0.0.1 - - "POST /late HTTP/1.1" 400 {}"#, octets[1]),
            format!(r#"127.0.0.1 - - "-" 400 {}"#, refusal.content.len()),
        ]
    );
}

#[test]
fn a_client_behind_a_proxy_is_logged_with_its_own_requests() {
    let mut logged = Logged::new("forwarded", Format::Common);
    let server = &mut logged.server;
    let forwarded = "GET /1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
    let mut client = server.connect_and_send(forwarded);
    for octets in [&get("/2")[..], b"broken\r\n\r\n"] {
        let id = server.request().id;
        answer(&mut server.reactor, id, b"");
        server.response(&mut client);
        client.send(octets);
    }
    let refusal = server.response(&mut client).content.len();
    assert_eq!(
        logged.lines(),
        [
            r#"192.0.2.1 - - "GET /1 HTTP/1.1" 200 0"#.to_owned(),
            r#"127.0.0.1 - - "GET /2 HTTP/1.1" 200 0"#.to_owned(),
            format!(r#"127.0.0.1 - - "-" 400 {refusal}"#),
        ]
    );
}

#[test]
fn whose_connection_is_forwarded_is_logged_and_what_has_no_header_is_not() {
    let config = Config {
        proxies: Proxies {
            protocol: true,
            ..Proxies::default()
        },
        ..Config::default()
    };
    let mut logged = Logged::configured("proxied", Format::Common, config);
    let server = &mut logged.server;
    let mut client = server.connect_and_send(get("/without"));
    server.end(&mut client);
    let header = b"PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\n";
    let mut client = server.connect_and_send([&header[..], b"broken\r\n\r\n"].concat());
    let refusal = server.response(&mut client).content.len();
    let expected = format!(r#"192.0.2.1 - - "-" 400 {refusal}"#);
    assert_eq!(logged.lines(), [expected]);
}

#[test]
fn requests_that_are_closed_by_a_stop_are_logged() {
    let mut logged = Logged::new("stop", Format::Common);
    let _client = logged.server.connect_and_send(get("/open"));
    logged.server.request();
    logged.server.reactor.close_all();
    let expected = r#"127.0.0.1 - - "GET /open HTTP/1.1" 499 0"#;
    assert_eq!(logged.lines(), [expected]);
}

#[test]
fn the_time_that_a_response_took_is_logged() {
    let mut logged = Logged::new("duration", Format::Json);
    let server = &mut logged.server;
    let mut client = server.connect_and_send(get("/"));
    let id = server.request().id;
    thread::sleep(Duration::from_millis(50));
    answer(&mut server.reactor, id, b"");
    server.response(&mut client);
    let lines = logged.lines();
    let (_, duration) = lines[0].split_once("\"duration_ms\":").expect("a duration");
    let duration: f64 = duration.trim_end_matches('}').parse().unwrap();
    assert!(duration >= 50.0, "{duration} ms");
}
