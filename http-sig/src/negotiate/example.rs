use http::{Request, Response};
use http_sig::negotiate::DoubleKnock;
use http_sig::{SignError, Signer, SigningKey};
use std::time::SystemTime;

// `send` is the client of your choice.
fn deliver(
    knocks: &DoubleKnock,
    signer: &Signer,
    mut request: Request<Vec<u8>>,
    send: impl Fn(&Request<Vec<u8>>) -> Response<()>,
) -> Result<Response<()>, SignError> {
    let mut knock = knocks.first(signer, &request, SystemTime::now());
    loop {
        knock.sign(&mut request, SystemTime::now())?;
        let answer = send(&request);
        match knock.next(&request, answer.status(), answer.headers(), SystemTime::now()) {
            Some(second) => knock = second,
            None => return Ok(answer),
        }
    }
}

# let knocks = DoubleKnock::new();
# let key = SigningKey::generate_ed25519().unwrap();
# let signer = Signer::new("https://sender.example/users/alice#main-key", key)?;
# let inbox = || Request::post("https://example.org/inbox").body(b"{}".to_vec()).unwrap();
# // A server that knows RFC 9421 only.
# let send = |request: &Request<Vec<u8>>| {
#     let status = if request.headers().contains_key("signature-input") { 202 } else { 401 };
#     Response::builder().status(status).body(()).unwrap()
# };
# assert_eq!(deliver(&knocks, &signer, inbox(), send)?.status(), 202);
# assert_eq!(knocks.remembered(SystemTime::now()).len(), 1);
# Ok::<(), SignError>(())
