package astro

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const maxRedirects = 5

// checkRedirect decides on following one. Only a GET is followed, and only within
// the API's own scheme and host: elsewhere the token would go along. What is
// not followed comes back as the 3xx it is, which refused explains.
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

// redirectError says why a redirect was not followed; nil for other answers.
func (c *Client) redirectError(resp *http.Response, method string) error {
	if resp.StatusCode/100 != 3 {
		return nil
	}
	to, err := resp.Location()
	if err != nil {
		return errors.New("a redirect to nowhere")
	}
	switch place := c.sanitizeText(to.Scheme+"://"+to.Host, maxField); {
	case method != http.MethodGet:
		return errors.New("a redirect, not followed: only those of reads are")
	case to.Host != "" && !c.isAPIHost(to):
		return fmt.Errorf("a redirect to %q, not followed: the token stays with the API", place)
	}
	return fmt.Errorf("more than %d redirects", maxRedirects)
}
