//! Signed responses, bound to the request that they answer.

use http::{Request, Response, StatusCode};
use http_sig::{Policy, Signer};

use crate::draft::{KEY_ID, ed25519, now, rsa};
use crate::message::{p256, p384};

fn asked() -> Request<&'static [u8]> {
    Request::get("https://example.org/users/bob?page=1")
        .body(&b""[..])
        .unwrap()
}

#[test]
fn what_is_answered_is_verified_with_every_kind_of_key() {
    for key in [rsa(), ed25519(), p256(), p384()] {
        let signer = Signer::new(KEY_ID, key.clone()).unwrap();
        let mut request = asked().map(<[u8]>::to_vec);
        *request.method_mut() = http::Method::POST;
        *request.body_mut() = b"{}".to_vec();
        signer.sign_rfc9421(&mut request, now()).unwrap();
        let mut response = Response::builder().status(202).body(b"ok").unwrap();
        signer
            .sign_response(&mut response, &request, now())
            .unwrap();

        let policy = Policy::fediverse();
        let claim = policy.read_response(response, &request, now()).unwrap();
        assert_eq!(claim.key_id(), KEY_ID);
        let digest =
            "\"content-digest\";req: sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";
        assert!(claim.signature_base().contains(digest));
        let shown = format!("{claim:?}");
        assert!(shown.contains(KEY_ID) && shown.contains("202"), "{shown}");
        let verified = claim.check(&key.verifying_key()).unwrap();
        assert_eq!(verified.response().status(), StatusCode::ACCEPTED);
        assert_eq!((verified.key_id(), verified.signed_at()), (KEY_ID, now()));
        assert!(verified.covers("@status") && verified.covers("content-digest"));
        // That is the method of the request, not of the response.
        assert!(!verified.covers("@method"));
        assert_eq!(claim.into_response().into_body(), b"ok");
    }
}
