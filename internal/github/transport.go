package github

import (
	"net"
	"net/http"
	"time"
)

const maxRedirects = 5

// bearer puts the token on what is sent home, and on nothing else: a client
// that followed a redirect would carry it along. The library's own way does.
type bearer struct {
	next  http.RoundTripper
	home  string // scheme, host and port
	value func() string
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	if origin(req.URL) == b.home {
		req.Header.Set("Authorization", b.value())
	}
	resp, err := b.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, answerLimit)
	return resp, nil
}

// stay follows a redirect within the API's host, as that of a repository which
// was renamed, unless it would turn a write into a read. What isn't followed
// comes back as the 3xx that it is.
func stay(req *http.Request, via []*http.Request) error {
	first := via[0]
	if origin(req.URL) != origin(first.URL) || req.Method != first.Method || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

func network() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: requestTimeout,
	}
}
