package apply_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/apply"
	"astro-apply/internal/kind"
	"astro-apply/internal/longtest"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// TestAccessListInBatches changes a long access list with several requests. The
// simulator rejects every call from an address that the current list doesn't cover.
func TestAccessListInBatches(t *testing.T) {
	t.Parallel()
	const address = "203.0.113.9"
	kinds, batch := catalogWithBatchSize(longtest.Size(50, 1000))
	own := []string{"203.0.113.0/24"}
	// ranges returns count ranges, starting with 10.<first>.0.0/24.
	ranges := func(first, count int) []string {
		out := make([]string, count)
		for i := range out {
			out[i] = fmt.Sprintf("10.%d.%d.0/24", first+i/256, i%256)
		}
		return out
	}
	join := func(lists ...[]string) (out []string) {
		for _, list := range lists {
			out = append(out, list...)
		}
		return out
	}
	const unknown, outside = "possibly excludes the address of this run", "so the run would lock itself out"
	for name, test := range map[string]struct {
		before, after []string
		unknown       bool // the run doesn't know its own address
		hosted        bool
		refused       string
		writes        int
	}{
		"from an empty list, the caller last":                {after: join(ranges(0, batch+1), own), writes: 2},
		"from an empty list, two ranges of the caller":       {after: join(ranges(0, batch+1), []string{"203.0.0.0/16"}, own), writes: 2},
		"from an empty list, the caller as IPv6":             {after: join(ranges(0, batch+1), []string{"::ffff:203.0.113.0/120"}), writes: 2},
		"from an empty list, caller unknown":                 {after: join(own, ranges(0, batch+1)), unknown: true, refused: unknown},
		"from an empty list, caller unknown, one request":    {after: join(ranges(0, batch*9/10), own), unknown: true, writes: 1},
		"from an empty list, caller unknown, open to all":    {after: join(ranges(0, batch+1), []string{"0.0.0.0/0"}), unknown: true, writes: 2},
		"from an empty list, without the caller":             {after: ranges(0, 5), refused: outside},
		"from an empty list, without the caller, in batches": {after: ranges(0, batch+1), refused: "after some of them the list doesn't include " + address},
		"additional ranges, caller unknown":                  {before: own, after: join(ranges(0, 2*batch+1), own), unknown: true, hosted: true, writes: 3},
		"other ranges":                                       {before: join(own, ranges(0, batch+1)), after: join(ranges(20, batch+1), own), writes: 4},
		"other ranges, without the caller":                   {before: join(own, ranges(0, batch+1)), after: ranges(20, batch+1), refused: outside},
		"other ranges, self-hosted runner":                   {before: join(own, ranges(0, batch+1)), after: join(ranges(20, batch+1), own), unknown: true, writes: 4},
		"other ranges, GitHub-hosted runner":                 {before: join(own, ranges(0, batch+1)), after: join(ranges(20, batch+1), own), unknown: true, hosted: true, refused: "a different address in each job"},
		"fewer ranges":                                       {before: join(own, ranges(0, 2*batch+1)), after: own, writes: 3},
		"to an empty list":                                   {before: join(own, ranges(0, 2*batch+1)), writes: 3},
		"to an empty list, the caller last":                  {before: join(ranges(0, 2*batch+1), own), writes: 3},
		"to an empty list, caller unknown":                   {before: join(ranges(0, 2*batch+1), own), unknown: true, refused: unknown},
		"to an empty list, caller unknown, one request":      {before: join(ranges(0, batch*9/10), own), unknown: true, writes: 1},
		"a large network that doesn't include every address": {before: []string{"0.0.0.0/8", "203.0.113.0/24"}, after: []string{"0.0.0.0/8"}, unknown: true, hosted: true, refused: "a different address in each job"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{CallerAddress: address})
				s.kinds = kinds
				for _, network := range test.before {
					s.server.Seed("allowedIpAddressRange", map[string]any{"ipAddressRange": network})
				}
				policy := plan.Policy{AllowDelete: true, Caller: kind.Caller{GitHubHosted: test.hosted}}
				if !test.unknown {
					policy.Caller.Address = netip.MustParseAddr(address)
				}
				text := `allowedIpAddressRanges: ["` + strings.Join(test.after, `", "`) + `"]`
				if test.after == nil {
					text = "allowedIpAddressRanges: []"
				}
				o := s.applyManifest(context.Background(), text, apply.Options{Policy: policy})[0]
				if test.refused != "" {
					if o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), test.refused) {
						t.Errorf("%s: %v, want a refusal with %q", o.Status, o.Err, test.refused)
					}
				} else if o.Status != apply.Updated {
					t.Errorf("%s: %v", o.Status, o.Err)
				}
				if n := len(s.listWrites()); n != test.writes {
					t.Errorf("%d writes, want %d", n, test.writes)
				}
				if n := len(s.server.Resources("allowedIpAddressRange")); test.refused == "" && n != len(test.after) {
					t.Errorf("%d ranges, want %d", n, len(test.after))
				}
			})
		})
	}
}

// catalogWithBatchSize returns the kinds with another batch size for changes of the
// access list, and that size. Tests with Astro's batch size are slow.
func catalogWithBatchSize(size int) (kind.Catalog, int) {
	kinds := kind.All()
	for i := range kinds.Kind("allowedIpAddressRanges").UpdateEndpoints {
		kinds.Kind("allowedIpAddressRanges").UpdateEndpoints[i].SubList.BatchSize = size
	}
	return kinds, size
}

// TestAccessListIsCheckedAgain checks that the protection against a lockout uses the
// access list at the time of the write, not at the time of the plan.
func TestAccessListIsCheckedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{CallerAddress: "203.0.113.9"})
		id := s.server.Seed("allowedIpAddressRange", map[string]any{"ipAddressRange": "203.0.113.0/24"})
		text := "allowedIpAddressRanges: [203.0.113.0/24"
		for i := range 1001 {
			text += fmt.Sprintf(", 10.%d.%d.0/24", i/256, i%256)
		}
		p := s.planManifest(text+"]", plan.Policy{})
		remove := s.source.NewCall(p.Changes[0].Resource, kind.Endpoint{Method: "DELETE", Path: "/organizations/{organizationId}/allowed-ip-address-ranges/{id}"}, id, nil)
		if _, err := s.source.API.Do(context.Background(), remove); err != nil {
			t.Fatal(err)
		}
		s.server.ResetRequests()
		o := apply.Run(context.Background(), s.source, p, apply.Options{})[0]
		if o.Status != apply.Failed || !strings.Contains(fmt.Sprint(o.Err), "possibly excludes the address") || len(s.listWrites()) > 0 {
			t.Errorf("%s: %v, %d writes", o.Status, o.Err, len(s.listWrites()))
		}
	})
}
