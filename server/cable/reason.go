package cable

import "errors"

// Reason says why a connection ended, or why it, a subscription or a command
// was refused. The client, the log and [Metrics] name it alike.
type Reason string

// The reasons of Action Cable, those that AnyCable added, and ours.
const (
	// Ends of a connection.
	ReasonUnauthorized Reason = "unauthorized"   // Authenticate returned ErrUnauthorized; final
	ReasonUnavailable  Reason = "unavailable"    // Authenticate or the broker failed; come back
	ReasonRestart      Reason = "server_restart" // Shutdown
	ReasonRemote       Reason = "remote"         // Disconnect
	ReasonTooSlow      Reason = "too_slow"       // MaxBacklog, WriteTimeout
	ReasonBacklog      Reason = "backlog"        // MaxTotalBacklog, and this one was the furthest behind
	ReasonIdle         Reason = "idle_timeout"   // IdleTimeout
	ReasonCommands     Reason = "too_many_commands"
	ReasonFrame        Reason = "frame_size"      // MaxFrame; WebSocket close code 1009
	ReasonInvalid      Reason = "invalid_request" // not UTF-8; WebSocket close code 1007
	ReasonClient       Reason = "client"          // the client went, or was lost

	// Refusals of a connection.
	ReasonOrigin      Reason = "origin"
	ReasonConnections Reason = "too_many_connections" // MaxConnections
	ReasonAddress     Reason = "too_many_connections_from_address"

	// Rejections and ends of a subscription.
	ReasonRejected      Reason = "rejected"        // ErrRejected; the client is not told the word
	ReasonIdentifier    Reason = "identifier_size" // MaxIdentifier
	ReasonSubscriptions Reason = "too_many_subscriptions"
	ReasonIdentifiers   Reason = "too_many_identifiers" // MaxIdentifiersPerStream
	ReasonExpired       Reason = "expired"              // the signed name's time is over
	ReasonRevoked       Reason = "revoked"              // Unsubscribe
	ReasonGap           Reason = "gap"                  // a history that does not reach back
	ReasonUnsubscribed  Reason = "unsubscribed"         // by the client
)

var (
	// ErrUnauthorized is what [Hub.Authenticate] returns, alone or wrapped, to
	// refuse a client for good: it does not try again by itself.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrRejected is what a channel or [Hub.Authorize] returns, alone or
	// wrapped, to refuse a subscription: the client does not try again.
	ErrRejected = errors.New("subscription rejected")
)

// limitError rejects a subscription for a reason of ours.
type limitError struct {
	reason Reason
	limit  any
}

func (e *limitError) Error() string { return string(e.reason) }
func (e *limitError) Unwrap() error { return ErrRejected }
