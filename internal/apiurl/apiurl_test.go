package apiurl

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://api.example.com":            "https://api.example.com",
		" HTTPS://api.example.com/v3/// \n":  "https://api.example.com/v3",
		"https://api.example.com/a%2Fb/":     "https://api.example.com/a%2Fb",
		"http://localhost:8080":              "http://localhost:8080",
		"http://127.1.2.3":                   "http://127.1.2.3",
		"http://[::1]:8080/":                 "http://[::1]:8080",
		"http://api.example.com":             "must start with https://",
		"http://localhost.example.com":       "must start with https://",
		"ftp://localhost":                    "must start with https://",
		"":                                   "must be a URL",
		"api.example.com":                    "must be a URL",
		"https://me:hunter2@api.example.com": "must be a URL",
		"https://me:hunter2@api example.com": "must be a URL",
		"https://api.example.com?token=x":    "must be a URL",
	} {
		u, err := Parse(address)
		switch {
		case err == nil && u.String() != want:
			t.Errorf("%q: %s", address, u)
		case err != nil && (!strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%q: %v", address, err)
		}
	}
}
