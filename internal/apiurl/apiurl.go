// Package apiurl checks the addresses of APIs to which a run sends a token.
package apiurl

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// Parse parses the address of an API and removes slashes at its end. The scheme must be
// https, which encrypts the token; loopback addresses may use http. Errors don't show the
// address, which may contain a password.
func Parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("must be a URL such as https://api.example.com, without a password, a query or a fragment")
	}
	ip := net.ParseIP(u.Hostname())
	isLoopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback) {
		return nil, errors.New("must start with https://, because this run sends the token there")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}
