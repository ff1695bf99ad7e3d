package kind

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"astro-apply/internal/schema"
)

// whitespaceChars lists the characters that strings.TrimSpace removes. A schema.Pattern has to be valid in Go and in
// JavaScript, which have no common name for this class.
const whitespaceChars = "\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

const (
	namePattern       = "^[^" + whitespaceChars + `](?:[\s\S]*[^` + whitespaceChars + "])?$"
	cronPattern       = "^[" + whitespaceChars + "]*[0-9A-Za-z*/,?#-]+(?:[" + whitespaceChars + "]+[0-9A-Za-z*/,?#-]+){4}[" + whitespaceChars + "]*$"
	timestampPattern  = `^(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))?$`
	ipv4OctetPattern  = `(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])`
	ipv4Pattern       = `(?:` + ipv4OctetPattern + `\.){3}` + ipv4OctetPattern
	prefixBitsPattern = `(?:3[0-2]|[12]?[0-9])`
	// A complete pattern would be longer than all the others together.
	ipv6Pattern = `[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*`
)

func nonEmptyType() schema.Type {
	return schema.Type{Pattern: &schema.Pattern{Regexp: `[\s\S]`, Description: "text that is not empty"}, Check: func(s string) error {
		if s == "" {
			return errors.New("can't be empty; omit it to keep the value in Astro")
		}
		return nil
	}}
}

// idType accepts only ids: a name is a mistake, and other characters could change the path of a request.
func idType() schema.Type {
	return schema.Type{Pattern: &schema.Pattern{Regexp: schema.IDPattern, Description: "an Astro id of about 25 lower-case letters and digits"}, Check: func(s string) error {
		if !schema.IsID(s) {
			return errors.New("not an Astro id, which has about 25 lower-case letters and digits; to look it up by name, set name instead")
		}
		return nil
	}}
}

// nameType is the type of a name that identifies a resource. It excludes whitespace at the start and the end: if
// Astro trimmed it, the lookup by name would fail.
func nameType(maxLen int) schema.Type {
	return schema.NameType(schema.Type{MaxLen: maxLen, Pattern: &schema.Pattern{Regexp: namePattern, Description: "a name that is not empty and has no whitespace at its start or end"}, Check: func(s string) error {
		switch {
		case strings.TrimSpace(s) == "":
			return errors.New("a name can't be empty")
		case strings.TrimSpace(s) != s:
			return errors.New("a name can't start or end with whitespace")
		}
		return nil
	}})
}

// emailPattern accepts the addresses that mail servers accept in practice: the grammar of the standard
// would refuse some of them.
const emailPattern = `^[^@\t\n\f\r ,;<>"]+@[^@\t\n\f\r ,;<>"]+\.[^@\t\n\f\r ,;<>"]+$`

var emailRegexp = regexp.MustCompile(emailPattern)

// emailType is an e-mail address. It is compared without regard to case, because Astro may return it in lower case.
func emailType() schema.Type {
	return schema.NameType(schema.Type{Pattern: &schema.Pattern{Regexp: emailPattern, Description: "an email address such as data@example.com"}, Check: func(s string) error {
		if !emailRegexp.MatchString(s) {
			return errors.New("not an email address such as data@example.com")
		}
		return nil
	}, Normalize: strings.ToLower})
}

var cronPartRegexp = regexp.MustCompile(`^[0-9A-Za-z*/,?#-]+$`)

func cronType() schema.Type {
	return schema.Type{Pattern: &schema.Pattern{Regexp: cronPattern, Description: "a cron expression of 5 parts, such as 0 18 * * 1-5"}, Check: func(s string) error {
		parts := strings.Fields(s)
		for _, p := range parts {
			if !cronPartRegexp.MatchString(p) {
				return fmt.Errorf("%q is not a valid part of a cron expression", p)
			}
		}
		if len(parts) != 5 {
			return fmt.Errorf("a cron expression has 5 parts, such as 0 18 * * 1-5, not %d", len(parts))
		}
		return nil
	}, Normalize: func(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }}
}

// networkType is a network or an address. It is compared without its host bits.
func networkType() schema.Type {
	return schema.Type{
		Pattern: &schema.Pattern{Regexp: `^(?:` + ipv4Pattern + `(?:/` + prefixBitsPattern + `)?|` + ipv6Pattern + `(?:%.+|/[0-9]{1,3})?)$`, Description: "a network such as 10.0.0.0/8, or an address"},
		Check: func(s string) error {
			_, errPrefix := netip.ParsePrefix(s)
			_, errAddr := netip.ParseAddr(s)
			if errPrefix != nil && errAddr != nil {
				return errors.New("not a network such as 10.0.0.0/8")
			}
			return nil
		},
		Normalize: normalizeNetwork,
	}
}

// normalizeNetwork returns the spelling of a network that comparisons use.
func normalizeNetwork(s string) string {
	if p, ok := parseNetwork(s); ok {
		return p.String()
	}
	return s
}

// parseNetwork parses a network or an address. The result has no host bits, and an IPv4
// network in IPv6 form becomes IPv4.
func parseNetwork(s string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return p, false
		}
		p = netip.PrefixFrom(a, a.BitLen())
	}
	const mapped = 128 - 32
	if p.Addr().Is4In6() && p.Bits() >= mapped {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
	}
	return p.Masked(), true
}

// timestampType is a time in RFC 3339 form. It is compared as a time, in UTC.
func timestampType() schema.Type {
	return schema.Type{
		Pattern: &schema.Pattern{Regexp: timestampPattern, Description: "a time such as 2026-12-24T18:00:00Z"},
		Check: func(s string) error {
			if _, err := time.Parse(time.RFC3339, s); err != nil && s != "" {
				return errors.New("not a time such as 2026-12-24T18:00:00Z")
			}
			return nil
		},
		Normalize: func(s string) string {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return s
			}
			return t.UTC().Format(time.RFC3339Nano)
		},
	}
}
