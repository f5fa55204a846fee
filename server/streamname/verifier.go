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
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Reasons why a name is rejected. Give the client the same response in every
// case; the difference is for logs.
var (
	ErrSignature = errors.New("bad signature")
	ErrExpired   = errors.New("signature expired")
	ErrPurpose   = errors.New("signed for another purpose")
)

// MinKey is the minimum length in bytes of a key, and of a secret from which a
// key is derived. Shorter ones can be guessed.
const MinKey = 16

// ErrKey reports a key or a secret that is missing or too short.
var ErrKey = fmt.Errorf("key or secret is missing or shorter than %d bytes", MinKey)

// DeriveKey derives the signing key of 64 bytes from a Rails application's
// secret_key_base, using PBKDF2 with HMAC-SHA256 and the salt of turbo-rails. A
// secret shorter than [MinKey] returns [ErrKey].
func DeriveKey(secretKeyBase string) ([]byte, error) { return deriveKey(sha256.New, secretKeyBase) }

// DeriveKeySHA1 derives the key as Rails applications with the defaults of
// version 6.1 or older do.
func DeriveKeySHA1(secretKeyBase string) ([]byte, error) { return deriveKey(sha1.New, secretKeyBase) }

func deriveKey[H hash.Hash](h func() H, secret string) ([]byte, error) {
	if len(secret) < MinKey {
		return nil, fmt.Errorf("streamname: derive key: %w", ErrKey)
	}
	key, err := pbkdf2.Key(h, secret, []byte("turbo/signed_stream_verifier_key"), 1000, 64)
	if err != nil { // in FIPS mode, for SHA-1
		return nil, fmt.Errorf("streamname: derive key: %w", err)
	}
	return key, nil
}

// Verifier signs and verifies stream names. It may be used concurrently.
type Verifier struct {
	// Keys are results of [DeriveKey], or the bytes of Rails's
	// config.turbo.signed_stream_verifier_key. The first one signs and all of
	// them verify, so that a key can be replaced while open pages still contain
	// names signed with the old one. Without a key, or with one shorter than
	// [MinKey], signing and verifying return [ErrKey].
	Keys [][]byte
	// URLSafe signs in the URL-safe Base64 alphabet without padding. Verify
	// always accepts both alphabets.
	URLSafe bool
}

// Check returns nil if all keys are usable, or an error that wraps [ErrKey].
func (v *Verifier) Check() error {
	if len(v.Keys) == 0 {
		return ErrKey
	}
	for _, key := range v.Keys {
		if len(key) < MinKey {
			return ErrKey
		}
	}
	return nil
}

// SignOptions restrict the validity of a signed name. They are stored in the
// envelope of Rails's message verifier, which turbo-rails itself does not use.
type SignOptions struct {
	// Expires is when the name stops being valid, in milliseconds; zero means
	// never.
	Expires time.Time
	// Purpose must be given to Verify in the same spelling; empty means none.
	Purpose string
}

// Sign signs a name; nil options sign as turbo-rails does. The name must be
// valid UTF-8.
func (v *Verifier) Sign(name string, o *SignOptions) (string, error) {
	if err := v.Check(); err != nil {
		return "", fmt.Errorf("streamname: sign %q: %w", name, err)
	}
	if name == "" || !utf8.ValidString(name) {
		return "", fmt.Errorf("streamname: sign %q: the name is empty or not valid UTF-8", name)
	}
	payload := quote(name)
	if o != nil && (o.Purpose != "" || !o.Expires.IsZero()) {
		payload = `{"_rails":{"data":` + payload
		if !o.Expires.IsZero() {
			payload += `,"exp":` + quote(o.Expires.UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		if o.Purpose != "" {
			if !utf8.ValidString(o.Purpose) {
				return "", fmt.Errorf("streamname: sign %q: the purpose is not valid UTF-8", name)
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
	return data + "--" + digest(v.Keys[0], data), nil
}

// Name is the content of a signed name.
type Name struct {
	Stream  string    // the stream's name, never empty
	Purpose string    // empty if none
	Expires time.Time // zero if it never expires
}

// Verify returns the name that was signed for the purpose (empty means none),
// provided that the signature is valid and has not expired. Errors wrap
// [ErrSignature], [ErrExpired], [ErrPurpose] or [ErrKey].
func (v *Verifier) Verify(signed, purpose string) (string, error) {
	name, err := v.Open(signed)
	if err != nil {
		return "", err
	}
	if name.Purpose != purpose {
		return "", fmt.Errorf("streamname: verify: %w", ErrPurpose)
	}
	return name.Stream, nil
}

// Open is like Verify, but leaves it to the caller to check the purpose, and
// the expiry from now on.
func (v *Verifier) Open(signed string) (Name, error) {
	name, err := v.open(signed)
	if err != nil {
		return Name{}, fmt.Errorf("streamname: verify: %w", err)
	}
	return name, nil
}

func (v *Verifier) open(signed string) (Name, error) {
	if err := v.Check(); err != nil {
		return Name{}, err
	}
	// Find the separator by position: URL-safe data may contain "--".
	cut := len(signed) - hex.EncodedLen(sha256.Size) - len("--")
	if cut <= 0 || signed[cut:cut+2] != "--" {
		return Name{}, ErrSignature
	}
	data, given := signed[:cut], []byte(signed[cut+2:])
	ours := func(key []byte) bool { return hmac.Equal(given, []byte(digest(key, data))) }
	if !slices.ContainsFunc(v.Keys, ours) {
		return Name{}, ErrSignature
	}
	payload, err := v.decode(data)
	if err != nil {
		return Name{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return open(payload, time.Now())
}

func digest(key []byte, data string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(data))
	return hex.EncodeToString(mac.Sum(nil))
}

// decode tries the configured alphabet first, then the other one.
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
func open(payload []byte, now time.Time) (Name, error) {
	if !utf8.Valid(payload) {
		return Name{}, fmt.Errorf("%w: payload is not UTF-8", ErrSignature)
	}
	var envelope struct {
		Rails *struct {
			Data    json.RawMessage `json:"data"`
			Message []byte          `json:"message"` // Rails 7.0 and older
			Exp     *time.Time      `json:"exp"`
			Pur     string          `json:"pur"`
		} `json:"_rails"`
	}
	var name Name
	if json.Unmarshal(payload, &envelope) == nil && envelope.Rails != nil {
		e := envelope.Rails
		if e.Exp != nil {
			if !now.Before(*e.Exp) {
				return Name{}, ErrExpired
			}
			name.Expires = *e.Exp
		}
		name.Purpose = e.Pur
		if payload = e.Data; payload == nil {
			payload = e.Message
		}
	}
	var stream *string
	if err := json.Unmarshal(payload, &stream); err != nil {
		return Name{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	if stream == nil || *stream == "" {
		return Name{}, fmt.Errorf("%w: the name is empty", ErrSignature)
	}
	name.Stream = *stream
	return name, nil
}

// quote writes a JSON string as Ruby's JSON library does: encoding/json would
// always escape U+2028 and U+2029.
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
