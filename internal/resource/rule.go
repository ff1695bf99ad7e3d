package resource

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/schema"
)

// exclusive forbids a field beside any of the others.
func exclusive(field string, others ...string) Rule {
	return Rule{Fields: append([]string{field}, others...), Check: func(o *schema.Node) string {
		if o.Path(field) == nil {
			return ""
		}
		for _, other := range others {
			if o.Path(other) != nil {
				return fmt.Sprintf("%s and %s exclude each other; keep one of them", field, other)
			}
		}
		return ""
	}}
}

// together demands both fields or neither.
func together(a, b string) Rule {
	return Rule{Fields: []string{a, b}, Whole: true, Check: func(o *schema.Node) string {
		switch {
		case o.Path(a) != nil && o.Path(b) == nil:
			return fmt.Sprintf("%s needs %s beside it", a, b)
		case o.Path(b) != nil && o.Path(a) == nil:
			return fmt.Sprintf("%s needs %s beside it", b, a)
		}
		return ""
	}}
}

// beside demands that a new object that has field, with the value when ("" is
// any), has all of the others.
func beside(field, when string, others ...string) Rule {
	return Rule{Fields: append([]string{field}, others...), Whole: true, Check: func(o *schema.Node) string {
		if n := o.Path(field); n == nil || when != "" && !n.Is(when) {
			return ""
		}
		for _, other := range others {
			if o.Path(other) == nil {
				return strings.TrimSpace(field+" "+when) + " needs " + other + " beside it"
			}
		}
		return ""
	}}
}

// needs demands that, where field is declared with the value when ("" is any),
// other has the value want.
func needs(field, when, other, want, why string) Rule {
	return Rule{Fields: []string{field, other}, Check: func(o *schema.Node) string {
		f, n := o.Path(field), o.Path(other)
		if f == nil || n == nil || when != "" && !f.Is(when) || n.Is(want) || n.Form == schema.Pending {
			return ""
		}
		return fmt.Sprintf("%s needs %s: %s, here it is %s (%s)", field, other, want, n.Show(), why)
	}}
}

func nonEmpty() schema.Type {
	return schema.Type{Check: func(s string) error {
		if s == "" {
			return errors.New("it can't be cleared; leave it out to keep what is live")
		}
		return nil
	}}
}

// id tells an id from a name and from what would change a path.
func id() schema.Type {
	return schema.Type{Check: func(s string) error {
		if !schema.IsID(s) {
			return errors.New("no id of Astro, which has about 25 small letters and digits; to find it by name, write name instead")
		}
		return nil
	}}
}

// name is what identifies an object. Blanks at its ends would be lost somewhere,
// and the object not be found again.
func name(maxLen int) schema.Type {
	return schema.Type{MaxLen: maxLen, Check: func(s string) error {
		switch {
		case strings.TrimSpace(s) == "":
			return errors.New("a name can't be empty")
		case strings.TrimSpace(s) != s:
			return errors.New("a name can't start or end with a blank")
		}
		return nil
	}}
}

// An address as mail servers in use take it: the standard's grammar would
// refuse some of them.
var address = regexp.MustCompile(`^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>"]+$`)

func email() schema.Type {
	return schema.Type{Check: func(s string) error {
		if !address.MatchString(s) {
			return errors.New("not an e-mail address such as data@example.com")
		}
		return nil
	}}
}

var cronPart = regexp.MustCompile(`^[0-9A-Za-z*/,?#-]+$`)

func cron() schema.Type {
	return schema.Type{Check: func(s string) error {
		parts := strings.Fields(s)
		for _, p := range parts {
			if !cronPart.MatchString(p) {
				return fmt.Errorf("%q is no part of a cron expression", p)
			}
		}
		if len(parts) != 5 {
			return fmt.Errorf("a cron expression has 5 parts, such as 0 18 * * 1-5, not %d", len(parts))
		}
		return nil
	}, Canon: func(s string) string { return strings.Join(strings.Fields(s), " ") }}
}

// cidr is a network or an address, compared without its host bits.
func cidr() schema.Type {
	return schema.Type{
		Check: func(s string) error {
			_, errPrefix := netip.ParsePrefix(s)
			_, errAddr := netip.ParseAddr(s)
			if errPrefix != nil && errAddr != nil {
				return errors.New("not a network such as 10.0.0.0/8")
			}
			return nil
		},
		Canon: func(s string) string {
			if p, err := netip.ParsePrefix(s); err == nil {
				return p.Masked().String()
			}
			if a, err := netip.ParseAddr(s); err == nil {
				return netip.PrefixFrom(a, a.BitLen()).String()
			}
			return s
		},
	}
}

// moment is a point in time in RFC 3339 form, compared as such.
func moment() schema.Type {
	return schema.Type{
		Blank: true,
		Check: func(s string) error {
			if _, err := time.Parse(time.RFC3339, s); err != nil && s != "" {
				return errors.New("not a time such as 2026-12-24T18:00:00Z")
			}
			return nil
		},
		Canon: func(s string) string {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return s
			}
			return t.UTC().Format(time.RFC3339Nano)
		},
	}
}

// Broken checks the rules over object, where declared says which values the
// manifest itself holds: a rule about none of them is not the user's concern,
// nor is one of which nothing changes. A nil changes says that only what is
// declared is known, not all of the object.
func (k *Kind) Broken(object, declared *schema.Node, changes func(path string) bool) []schema.Problem {
	var out []schema.Problem
	for _, rule := range k.Rules {
		if changes == nil && rule.Whole || changes != nil && !slices.ContainsFunc(rule.Fields, changes) {
			continue
		}
		for _, field := range rule.Fields {
			n := declared.Path(field)
			if n == nil {
				continue
			}
			if message := rule.Check(object); message != "" {
				out = append(out, schema.Problem{Pos: n.Pos, Message: message})
			}
			break
		}
	}
	return out
}
