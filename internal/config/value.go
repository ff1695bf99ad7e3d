package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Lines is a list with one item a line. Blank lines and lines that start with
// # are left out.
type Lines []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Lines) UnmarshalText(text []byte) error {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			*l = append(*l, line)
		}
	}
	return nil
}

// Word is text on one line.
type Word string

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *Word) UnmarshalText(text []byte) error {
	if strings.ContainsAny(string(text), "\r\n") {
		return errors.New("it must be on one line")
	}
	*w = Word(text)
	return nil
}

// Switch is true or false in the spellings of YAML 1.2.
type Switch bool

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Switch) UnmarshalText(text []byte) error {
	switch string(text) {
	case "true", "True", "TRUE":
		*s = true
	case "false", "False", "FALSE":
		*s = false
	default:
		return errors.New("it must be true or false")
	}
	return nil
}

// Timeout is how long a run may take.
type Timeout time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Timeout) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < time.Second || d > 24*time.Hour {
		return errors.New("it must be a time such as 90s, 30m or 1h30m, from 1s to 24h")
	}
	*t = Timeout(d)
	return nil
}

// APIURL is where the API is. It must be https, so that the token travels
// encrypted; loopback is excepted.
type APIURL string

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *APIURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("it must be an address such as https://api.astronomer.io")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return errors.New("it must start with https://, so that the token travels encrypted")
	}
	*a = APIURL(strings.TrimRight(string(text), "/"))
	return nil
}

// Address is an IP address in its usual spelling.
type Address string

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Address) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	address, err := netip.ParseAddr(string(text))
	if err != nil {
		return errors.New("it must be an IP address such as 203.0.113.7")
	}
	*a = Address(address.Unmap().String())
	return nil
}

// Mode is what a run does.
type Mode string

// The modes.
const (
	Auto     Mode = "auto"
	Validate Mode = "validate"
	Plan     Mode = "plan"
	Apply    Mode = "apply"
	Drift    Mode = "drift"
	Export   Mode = "export"
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mode) UnmarshalText(text []byte) error {
	if !slices.Contains([]Mode{Auto, Validate, Plan, Apply, Drift, Export}, Mode(text)) {
		return errors.New("it must be auto, validate, plan, apply, drift or export")
	}
	*m = Mode(text)
	return nil
}
