package github

import (
	"net"
	"net/http"
	"time"
)

const maxRedirects = 5

// authTransport adds the token only to requests to the API's origin. The transport of
// the library would also send the token to the target of a redirect.
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

// checkRedirect allows a redirect within the API's origin, for example that of a renamed
// repository, unless it would change the method of the request. For other redirects the
// client returns the 3xx response.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if originOf(req.URL) != originOf(first.URL) || req.Method != first.Method || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// dialTimeout limits the time to connect, so that another address of the host is tried if the first doesn't answer.
// sendOnce limits the whole request.
const dialTimeout = 10 * time.Second

func newNetworkTransport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute,
	}
}
