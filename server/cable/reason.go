package cable

import "errors"

// Reason says why a connection ended, or why a connection, subscription or
// command was refused. It is the same for the client, the log and [Metrics].
type Reason string

// The reasons of Action Cable, those added by AnyCable, and our own.
const (
	// Why a connection ended.
	ReasonUnauthorized Reason = "unauthorized"   // Authenticate returned ErrUnauthorized; the client must not retry
	ReasonUnavailable  Reason = "unavailable"    // Authenticate or the broker failed; the client retries
	ReasonRestart      Reason = "server_restart" // Shutdown
	ReasonRemote       Reason = "remote"         // Disconnect
	ReasonTooSlow      Reason = "too_slow"       // MaxBacklog, WriteTimeout
	ReasonBacklog      Reason = "backlog"        // MaxTotalBacklog, and this client was furthest behind
	ReasonIdle         Reason = "idle_timeout"   // IdleTimeout
	ReasonCommands     Reason = "too_many_commands"
	ReasonFrame        Reason = "frame_size"      // MaxFrame; WebSocket close code 1009
	ReasonInvalid      Reason = "invalid_request" // not UTF-8; WebSocket close code 1007
	ReasonClient       Reason = "client"          // the client disconnected, or was lost

	// Why a connection was refused.
	ReasonOrigin      Reason = "origin"
	ReasonConnections Reason = "too_many_connections" // MaxConnections
	ReasonAddress     Reason = "too_many_connections_from_address"

	// Why a subscription was rejected or ended.
	ReasonRejected      Reason = "rejected"        // ErrRejected; the client is not told the reason
	ReasonIdentifier    Reason = "identifier_size" // MaxIdentifier
	ReasonSubscriptions Reason = "too_many_subscriptions"
	ReasonIdentifiers   Reason = "too_many_identifiers" // MaxIdentifiersPerStream
	ReasonExpired       Reason = "expired"              // the signed name has expired
	ReasonRevoked       Reason = "revoked"              // Unsubscribe
	ReasonGap           Reason = "gap"                  // the history does not reach back far enough
	ReasonUnsubscribed  Reason = "unsubscribed"         // by the client
)

var (
	// ErrUnauthorized is returned by [Hub.Authenticate], alone or wrapped, to
	// refuse a client for good: the client does not retry by itself.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrRejected is returned by a channel or [Hub.Authorize], alone or
	// wrapped, to reject a subscription for good: the client does not retry.
	ErrRejected = errors.New("subscription rejected")
)

// limitError rejects a subscription because of a limit of the hub.
type limitError struct {
	reason Reason
	limit  any
}

func (e *limitError) Error() string { return string(e.reason) }
func (e *limitError) Unwrap() error { return ErrRejected }
