package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"astro-apply/internal/apiurl"
)

// List is a list with one item per line. It ignores blank lines and lines that start
// with #.
type List []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *List) UnmarshalText(text []byte) error {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			*l = append(*l, line)
		}
	}
	return nil
}

// Line is a text without line breaks.
type Line string

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Line) UnmarshalText(text []byte) error {
	if strings.ContainsAny(string(text), "\r\n") {
		return errors.New("it must be on one line")
	}
	*l = Line(text)
	return nil
}

// maxNameLength is the maximum number of characters of a Name. Longer names don't fit into a heading.
const maxNameLength = 60

// Name is the name of a plan. People read it in headings, so it has no characters with a
// meaning in Markdown, and no invisible ones.
type Name string

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *Name) UnmarshalText(text []byte) error {
	isForbidden := func(c rune) bool {
		return !unicode.In(c, unicode.Letter, unicode.Mark, unicode.Digit) && !strings.ContainsRune(" -_.,:/()+", c)
	}
	if utf8.RuneCount(text) > maxNameLength || bytes.ContainsFunc(text, isForbidden) {
		const allowed = "letters, digits, spaces and - _ . , : / ( ) +"
		return fmt.Errorf("it must have at most %d characters: %s", maxNameLength, allowed)
	}
	*n = Name(text)
	return nil
}

// Bool is true or false in the spellings of YAML 1.2.
type Bool bool

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bool) UnmarshalText(text []byte) error {
	switch string(text) {
	case "true", "True", "TRUE":
		*b = true
	case "false", "False", "FALSE":
		*b = false
	default:
		return errors.New("it must be true or false")
	}
	return nil
}

// Limit is a maximum number, nil for none.
type Limit struct{ Max *int }

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Limit) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 31)
	if err != nil {
		return errors.New("it must be a whole number such as 0 or 10, or empty for no limit")
	}
	number := int(n)
	l.Max = &number
	return nil
}

// Timeout is the maximum duration of a run.
type Timeout time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Timeout) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < time.Second || d > 24*time.Hour {
		return errors.New("it must be a duration such as 90s, 30m or 1h30m, from 1s to 24h")
	}
	*t = Timeout(d)
	return nil
}

// APIURL is the address of the API.
type APIURL string

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *APIURL) UnmarshalText(text []byte) error {
	u, err := apiurl.Parse(string(text))
	if err != nil {
		return errors.New("it " + err.Error())
	}
	*a = APIURL(u.String())
	return nil
}

// IPAddress is an IP address in its canonical spelling.
type IPAddress string

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *IPAddress) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	address, err := netip.ParseAddr(string(text))
	if err != nil {
		return errors.New("it must be an IP address such as 203.0.113.7")
	}
	*a = IPAddress(address.Unmap().String())
	return nil
}

// Mode selects the task of a run.
type Mode string

// The modes.
const (
	ModeAuto     Mode = "auto"
	ModeValidate Mode = "validate"
	ModePlan     Mode = "plan"
	ModeApply    Mode = "apply"
	ModeDrift    Mode = "drift"
	ModeExport   Mode = "export"
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mode) UnmarshalText(text []byte) error {
	if !slices.Contains([]Mode{ModeAuto, ModeValidate, ModePlan, ModeApply, ModeDrift, ModeExport}, Mode(text)) {
		return errors.New("it must be auto, validate, plan, apply, drift or export")
	}
	*m = Mode(text)
	return nil
}
