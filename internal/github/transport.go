package github

import (
	"net"
	"net/http"
	"time"
)

const maxRedirects = 5

// authTransport puts the token on what is sent home, and on nothing else: a client
// that followed a redirect would carry it along. The library's own way does.
type authTransport struct {
	next          http.RoundTripper
	apiOrigin     string // scheme, host and port
	authorization func() string
}

func (b *authTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	if originOf(req.URL) == b.apiOrigin {
		req.Header.Set("Authorization", b.authorization())
	}
	resp, err := b.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxResponseBytes)
	return resp, nil
}

// checkRedirect follows a redirect within the API's host, as that of a repository which
// was renamed, unless it would turn a write into a read. What isn't followed
// comes back as the 3xx that it is.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if originOf(req.URL) != originOf(first.URL) || req.Method != first.Method || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

func newNetworkTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: requestTimeout,
	}
}
