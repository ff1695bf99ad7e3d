package astro

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const maxRedirects = 5

// checkRedirect decides whether the client follows a redirect. It allows only a GET,
// and only within the API's scheme and host, because another host would receive the
// token. The client returns any other redirect as a 3xx response, which redirectError
// explains.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if via[0].Method != http.MethodGet || !c.isAPIHost(req.URL) || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return c.pacer.acquireExtra(req.Context(), http.MethodGet)
}

// isAPIHost reports whether u is on the API's scheme, host and port.
func (c *Client) isAPIHost(u *url.URL) bool {
	origin := u.Scheme + "://" + u.Host
	return c.baseURL == origin || strings.HasPrefix(c.baseURL, origin+"/")
}

// redirectError returns the reason why the client didn't follow a redirect, or nil if
// the response is not a redirect.
func (c *Client) redirectError(resp *http.Response, method string) error {
	if resp.StatusCode/100 != 3 {
		return nil
	}
	target, err := resp.Location()
	if err != nil {
		return errors.New("a redirect without a valid target")
	}
	switch host := c.sanitizeText(target.Scheme+"://"+target.Host, maxField); {
	case method != http.MethodGet:
		return errors.New("a redirect, not followed: this run follows redirects only for reads")
	case target.Host != "" && !c.isAPIHost(target):
		return fmt.Errorf("a redirect to %q, not followed: this run sends the token only to the API", host)
	}
	return fmt.Errorf("more than %d redirects", maxRedirects)
}
