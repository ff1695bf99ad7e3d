// Package astro is a client of the Astro API v1. It handles authorization, the API
// version, rate limits, retries, pagination and errors, and is independent of the
// kinds of resources: a call is a path template and JSON, a response is JSON.
//
// The API document doesn't specify some cases: 429 responses of a gateway, bodies
// that aren't JSON, and lost responses. Section 3 of the project's API notes
// describes how the client handles them.
package astro

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"astro-apply/internal/apiurl"
	"astro-apply/internal/redact"
)

// Options configure a Client: the API's address, the token, and the hooks.
type Options struct {
	BaseURL   string            // such as https://api.astronomer.io, with or without /v1; http only on loopback
	Token     string            // sent as bearer token; errors and traces never contain it
	Secrets   *redact.Secrets   // redacted in texts from the API before they are truncated; New adds the token; nil: only the token
	Version   string            // version of astro-apply, for the User-Agent
	Commit    string            // commit of astro-apply, for the User-Agent; "" if unknown
	Transport http.RoundTripper // nil: HTTP/2, keep-alive and gzip, through the proxy in HTTPS_PROXY
	Grace     time.Duration     // time for a call in flight to finish after its context ended; 0: the call ends at once
	Trace     func(Attempt)     // called after each attempt, from many goroutines; may be nil
	Unpaced   bool              // the API has no rate limits, because it runs in memory
	Warn      func(string)      // called with the reason for retries, and once per deprecated call template; may be nil
}

// Client sends calls to one API with one token. It is safe for concurrent use, and
// all goroutines should share it, because the API's rate limits apply to the token.
type Client struct {
	baseURL     string // scheme, host and path, without /v1
	version     string
	userAgent   string
	authorize   func(http.Header) // a function, so that a printed Client doesn't show the token
	secrets     *redact.Secrets   // a pointer, so that a printed Client doesn't show the secrets
	httpClient  *http.Client
	pacer       *pacer
	grace       time.Duration
	trace       func(Attempt)
	warn        func(string)
	warnedCalls sync.Map // "METHOD template" of each call with a reported deprecation

	logMu            sync.Mutex // guards retryLoggedUntil
	retryLoggedUntil time.Time  // end of the period that the last log line about retries covers
}

// New returns a Client. It sends no request.
func New(o Options) (*Client, error) {
	base, err := apiurl.Parse(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("API URL: %w", err)
	}
	token, err := checkToken(o.Token)
	if err != nil {
		return nil, err
	}
	c := &Client{
		baseURL:   strings.TrimSuffix(base.String(), apiPath),
		version:   o.Version,
		authorize: func(h http.Header) { h.Set("Authorization", "Bearer "+token) },
		secrets:   addTokenSecrets(o.Secrets, token),
		pacer:     newPacer(o.Unpaced),
		grace:     o.Grace,
		trace:     o.Trace,
		warn:      o.Warn,
	}
	if c.version == "" {
		c.version = "dev"
	}
	c.userAgent = clientIdentifier + "/" + c.version
	if o.Commit != "" {
		c.userAgent += " (" + o.Commit + ")"
	}
	transport := o.Transport
	if transport == nil {
		transport = newTransport()
	}
	c.httpClient = &http.Client{Transport: transport, CheckRedirect: c.checkRedirect}
	return c, nil
}

// newTransport returns net/http's default transport, tuned for many calls to one
// host: it keeps as many idle connections as there can be calls in flight, and
// sends pings to detect a dead HTTP/2 connection. Without pings, every call on
// such a connection would wait for its own timeout.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		MaxIdleConnsPerHost:    maxInFlight,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}
