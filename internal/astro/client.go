// Package astro is a client of the Astro API v1. It knows how to talk to the
// API (authorization, version, pace, retries, pages, errors) and nothing about
// what is said: a call is a path template and JSON, an answer is JSON.
//
// What the API document leaves open (rate limits answered by a gateway, bodies
// that are no JSON, lost answers) is treated as in the project's API notes 3.
package astro

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"astro-apply/internal/redact"
)

// Options say which API a Client talks to, and as whom.
type Options struct {
	BaseURL   string            // as https://api.astronomer.io, without /v1; http only on loopback
	Token     string            // sent as bearer; in no error and no trace
	Secrets   *redact.Secrets   // replaced in what the API says, before anything is cut; the token is added; nil: no others
	Version   string            // of astro-apply, for the User-Agent
	Commit    string            // the same; "" if unknown
	Transport http.RoundTripper // nil: HTTP/2, keep-alive and gzip, through the proxy that HTTPS_PROXY names
	Grace     time.Duration     // what a call in flight still gets after its context ended; 0: it ends too
	Trace     func(Attempt)     // called after each attempt, by many goroutines; may be nil
	Unpaced   bool              // the API has no limits: one in memory
	Warn      func(string)      // called with why calls are repeated, and once per call template that the API calls deprecated; may be nil
}

// Client talks to one API with one token. It is safe for many goroutines, and
// meant to be shared by all of them: the limits it keeps are those of a token.
type Client struct {
	baseURL     string // scheme, host and path, without /v1
	version     string
	userAgent   string            // the User-Agent
	authorize   func(http.Header) // a function, so that no printed Client shows the token
	secrets     *redact.Secrets   // a pointer, so that no printed Client shows them
	httpClient  *http.Client
	pacer       *pacer
	grace       time.Duration
	trace       func(Attempt)
	warn        func(string)
	warnedCalls sync.Map // "METHOD template" of the deprecations told

	logMu            sync.Mutex // guards logged
	retryLoggedUntil time.Time  // until when the log explains why calls are repeated
}

// New makes a Client. It sends nothing.
func New(o Options) (*Client, error) {
	base, err := parseBaseURL(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("API URL: %w", err)
	}
	token, err := checkToken(o.Token)
	if err != nil {
		return nil, err
	}
	c := &Client{
		baseURL:   base,
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

// parseBaseURL checks a base URL. What it says about a bad one leaves out the URL
// where that might hold a password.
func parseBaseURL(base string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(base))
	switch {
	case err != nil:
		return "", errors.New("not a URL")
	case u.User != nil:
		return "", errors.New("must not carry a user name or password")
	case u.Hostname() == "":
		return "", fmt.Errorf("%q names no host", base)
	case u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("%q must end with its path", base)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
	default:
		return "", fmt.Errorf("%q must be https, since the token is sent there", base)
	}
	path := strings.TrimSuffix(strings.TrimRight(u.EscapedPath(), "/"), "/v1")
	return u.Scheme + "://" + u.Host + path, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// newTransport is net/http's default with what one busy host asks for: as many
// kept connections as calls in flight, and pings that find a dead HTTP/2
// connection, on which every call would otherwise wait for its own timeout.
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
