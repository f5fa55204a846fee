package streamname

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"
	"unicode/utf8"
)

// Why a name was refused. Answer the client alike in every case; the difference
// is for logs.
var (
	ErrSignature = errors.New("bad signature")
	ErrExpired   = errors.New("signature expired")
	ErrPurpose   = errors.New("signed for another purpose")
)

// DeriveKey derives the signing key from a Rails application's
// secret_key_base: PBKDF2 with HMAC-SHA256 and the salt of turbo-rails, 64
// bytes.
func DeriveKey(secretKeyBase string) []byte { return deriveKey(sha256.New, secretKeyBase) }

// DeriveKeySHA1 does it as Rails applications with the defaults of 6.1 and
// older do.
func DeriveKeySHA1(secretKeyBase string) []byte { return deriveKey(sha1.New, secretKeyBase) }

func deriveKey[H hash.Hash](h func() H, secret string) []byte {
	key, err := pbkdf2.Key(h, secret, []byte("turbo/signed_stream_verifier_key"), 1000, 64)
	if err != nil { // only in FIPS mode, for parameters that are constant here
		panic("streamname: derive key: " + err.Error())
	}
	return key
}

// Verifier signs and verifies stream names. It may be used concurrently.
type Verifier struct {
	// Key is the result of [DeriveKey], or the bytes of Rails'
	// config.turbo.signed_stream_verifier_key. Empty refuses to sign and verify.
	Key []byte
	// URLSafe signs in the URL-safe Base64 alphabet without padding. Verify
	// reads both alphabets in any case.
	URLSafe bool
}

// SignOptions narrow what a signed name is good for. They are written into the
// envelope of Rails' message verifier, which turbo-rails itself does not use.
type SignOptions struct {
	// Expires is when the name stops verifying; zero is never. It counts in
	// milliseconds.
	Expires time.Time
	// Purpose must be given to Verify in the same spelling; empty is none.
	Purpose string
}

// Sign signs a name; nil options sign as turbo-rails does. The name must be
// valid UTF-8.
func (v *Verifier) Sign(name string, o *SignOptions) (string, error) {
	if len(v.Key) == 0 {
		return "", fmt.Errorf("streamname: sign %q: no key", name)
	}
	if name == "" || !utf8.ValidString(name) {
		return "", fmt.Errorf("streamname: sign %q: name is empty or not UTF-8", name)
	}
	payload := quote(name)
	if o != nil && (o.Purpose != "" || !o.Expires.IsZero()) {
		payload = `{"_rails":{"data":` + payload
		if !o.Expires.IsZero() {
			payload += `,"exp":` + quote(o.Expires.UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		if o.Purpose != "" {
			if !utf8.ValidString(o.Purpose) {
				return "", fmt.Errorf("streamname: sign %q: purpose is not UTF-8", name)
			}
			payload += `,"pur":` + quote(o.Purpose)
		}
		payload += "}}"
	}
	enc := base64.StdEncoding
	if v.URLSafe {
		enc = base64.RawURLEncoding
	}
	data := enc.EncodeToString([]byte(payload))
	return data + "--" + v.digest(data), nil
}

// Verify returns the name that was signed for the purpose (empty for none),
// provided that the signature is ours and has not expired. The error wraps
// [ErrSignature], [ErrExpired] or [ErrPurpose].
func (v *Verifier) Verify(signed, purpose string) (string, error) {
	name, err := v.verify(signed, purpose)
	if err != nil {
		return "", fmt.Errorf("streamname: verify: %w", err)
	}
	return name, nil
}

func (v *Verifier) verify(signed, purpose string) (string, error) {
	// The separator is found by its place: url-safe data may contain "--".
	cut := len(signed) - hex.EncodedLen(sha256.Size) - len("--")
	if len(v.Key) == 0 || cut <= 0 || signed[cut:cut+2] != "--" {
		return "", ErrSignature
	}
	data, digest := signed[:cut], signed[cut+2:]
	if !hmac.Equal([]byte(digest), []byte(v.digest(data))) {
		return "", ErrSignature
	}
	payload, err := v.decode(data)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return open(payload, purpose, time.Now())
}

func (v *Verifier) digest(data string) string {
	mac := hmac.New(sha256.New, v.Key)
	mac.Write([]byte(data))
	return hex.EncodeToString(mac.Sum(nil))
}

// decode tries the configured alphabet first and the other one second.
func (v *Verifier) decode(data string) ([]byte, error) {
	first, second := base64.StdEncoding, base64.RawURLEncoding
	if v.URLSafe {
		first, second = second, first
	}
	if payload, err := first.Strict().DecodeString(data); err == nil {
		return payload, nil
	}
	return second.Strict().DecodeString(data)
}

// open reads the name out of a verified payload: a JSON string, or the
// envelope in which Rails keeps expiry and purpose.
func open(payload []byte, purpose string, now time.Time) (string, error) {
	if !utf8.Valid(payload) {
		return "", fmt.Errorf("%w: payload is not UTF-8", ErrSignature)
	}
	var envelope struct {
		Rails *struct {
			Data    json.RawMessage `json:"data"`
			Message []byte          `json:"message"` // Rails 7.0 and older
			Exp     *time.Time      `json:"exp"`
			Pur     string          `json:"pur"`
		} `json:"_rails"`
	}
	if json.Unmarshal(payload, &envelope) == nil && envelope.Rails != nil {
		e := envelope.Rails
		if e.Exp != nil && !now.Before(*e.Exp) {
			return "", ErrExpired
		}
		if e.Pur != purpose {
			return "", ErrPurpose
		}
		if payload = e.Data; payload == nil {
			payload = e.Message
		}
	} else if purpose != "" {
		return "", ErrPurpose
	}
	var name *string
	if err := json.Unmarshal(payload, &name); err != nil {
		return "", fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if name == nil || *name == "" {
		return "", fmt.Errorf("%w: no name", ErrSignature)
	}
	return *name, nil
}

// quote writes a JSON string as Ruby's JSON library does: encoding/json would
// escape U+2028 and U+2029 in any case.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
