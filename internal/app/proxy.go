package app

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// checkProxy returns an error for a proxy setting that net/http would ignore or misread: the run would then bypass the
// proxy, or connect to another host. The values may contain a password, so errors don't show them.
func checkProxy(getenv func(string) string) error {
	var errs []error
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"} {
		lower := strings.ToLower(name)
		value := getenv(name)
		if value == "" { // net/http prefers the upper case
			name, value = lower, getenv(lower)
		}
		var problem string
		if lower == "no_proxy" {
			problem = noProxyProblem(value)
		} else {
			problem = proxyProblem(value)
		}
		if problem != "" {
			errs = append(errs, fmt.Errorf("environment variable %s: %s", name, problem))
		}
	}
	return errors.Join(errs...)
}

// proxyProblem returns why value is not the address of a proxy, "" if it is one. Like net/http, it takes a missing scheme for
// http.
func proxyProblem(value string) string {
	const wanted = "; set it to a URL such as http://proxy.example.com:3128"
	if value == "" {
		return ""
	}
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	switch u, err := url.Parse(value); {
	case err != nil:
		return "not a valid URL" + wanted
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return fmt.Sprintf("the scheme %q is not supported for a proxy%s", u.Scheme, wanted)
	case u.Hostname() == "":
		return "has no host" + wanted
	case cmp.Or(strings.Trim(u.Path, "/"), u.RawQuery, u.Fragment) != "":
		return "has a path after the host" + wanted
	}
	return ""
}

// noProxyProblem returns the first entry of a NO_PROXY that can't match anything, "" for none.
func noProxyProblem(value string) string {
	for entry := range strings.SplitSeq(value, ",") {
		entry = strings.TrimSpace(entry)
		switch _, err := netip.ParsePrefix(entry); {
		case strings.Contains(entry, "://"):
			return "an entry is a URL, which matches no host; remove the scheme and the path"
		case strings.Contains(entry, "/") && err != nil:
			return fmt.Sprintf("%q is neither a host nor an address range; fix or remove it", entry)
		case strings.ContainsAny(entry, " \t;"):
			return fmt.Sprintf("%q is not a host; separate entries with commas", entry)
		}
	}
	return ""
}
