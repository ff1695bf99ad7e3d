package apply_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/apply"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// respelledEdits contains edits of each kind's example to a text that Astro returns with
// another spelling.
var respelledEdits = map[string][][4]string{ // old line, new line, the edited text in it, and its other spelling
	"organization": {{"  billingEmail: finance@example.com", "  billingEmail: money@example.com", "money@example.com", "bills@example.com"}},
	"clusters":     {{"{ key: team, value: data }", "{ key: team, value: Other }", "Other", "other"}},
	"workspaces":   {{"description: Pipelines of the data team.", "description: Other.", "Other.", "other"}},
	"deployments": {
		{"description: Nightly loads.", "description: Other.", "Other.", "other"},
		{"contactEmails: [data@example.com]", "contactEmails: [data@example.com, more@example.com]", "more@example.com", "other@example.com"},
		{"key: LOG_LEVEL, value: INFO", "key: LOG_LEVEL, value: Debug", "Debug", "DEBUG"},
	},
	"environmentObjects": {
		{"description: The warehouse.", "description: Other.", "Other.", "other"},
		{"region: eu-central-1", "region: Other", "Other", "other"},
		{"login: etl-nightly", "login: Other", "Other", "other"},
	},
	"customRoles": {{"description: Reads logs.", "description: Other.", "Other.", "other"}},
	"teams": {
		{"description: Maintains the pipelines.", "description: Other.", "Other.", "other"},
		{"ORGANIZATION_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_OBSERVE_MEMBER"},
	},
	"users":     {{"ORGANIZATION_MEMBER", "ORGANIZATION_OWNER", "ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN"}},
	"apiTokens": {{"description: For the deploy workflow.", "description: Other.", "Other.", "other"}},
}

// kindsWithoutRespelling are the kinds without updates, and kinds with updates only of
// lists of ids or networks, which a plan compares in a normalized spelling.
var kindsWithoutRespelling = []string{"invites", "agentTokens", "allowedIpAddressRanges"}

// TestEveryKindVerifiesWhatIsStored writes a field of each kind that Astro returns with
// another spelling, or omits from responses. Every run writes it again, with one warning.
func TestEveryKindVerifiesWhatIsStored(t *testing.T) {
	t.Parallel()
	for _, k := range kind.All() {
		if len(respelledEdits[k.Section]) == 0 && !slices.Contains(kindsWithoutRespelling, k.Section) {
			t.Errorf("%s: no edit to a text with another spelling", k.Section)
		}
		for _, edit := range respelledEdits[k.Section] {
			for _, returned := range []string{edit[3], ""} {
				if returned == "" && (strings.Contains(edit[2], "_") || strings.Contains(edit[1], "billingEmail")) { // Astro always returns these fields
					continue
				}
				t.Run(k.Section+" "+edit[2]+" "+returned, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						s := newHarness(t, simulator.Options{})
						c := &contract{harness: s, kind: k, example: readExample(t, k.Section), editedFields: map[string]bool{}}
						c.seedReferences()
						c.checkCreate()
						s.server.SetReturnedText(edit[2], returned)
						text := c.editExample(edit[0], edit[1])
						presenceOnly := returned == "" && (strings.HasPrefix(edit[1], "login:") || strings.HasPrefix(edit[1], "region:")) // Astro lists the field in setFields
						for round := range 3 {
							s.server.ResetRequests()
							warnings := c.applyWarnings(text)
							if presenceOnly {
								if len(warnings) > 0 || round > 0 && len(s.listWrites()) > 0 {
									t.Errorf("round %d: Astro returns only the presence of the field: %q, %d writes", round, warnings, len(s.listWrites()))
								}
								continue
							}
							if len(warnings) != 1 || !strings.Contains(warnings[0], edit[2]) || !strings.Contains(warnings[0], returned) || !strings.Contains(warnings[0], "declare the value that Astro stores") {
								t.Errorf("round %d: %q", round, warnings)
							}
						}
					})
				})
			}
		}
	}
}

// applyWarnings applies a manifest and returns the warnings of the outcomes.
func (c *contract) applyWarnings(text string) (out []string) {
	c.Helper()
	for _, o := range c.applyManifest(context.Background(), text, apply.Options{Policy: plan.Policy{}, SaveSecret: func(*desired.Resource, string) error { return nil }}) {
		if !o.Status.IsOK() {
			c.Fatalf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
		}
		for _, w := range o.Warnings {
			out = append(out, w.Message)
		}
	}
	return out
}

// TestDeferredWriteIsVerified checks that a run verifies a resource with a deferred write
// only once, after the deferred write.
func TestDeferredWriteIsVerified(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.server.SetReturnedText("For all teams.", "for all teams")
		c := &contract{harness: s}
		warnings := c.applyWarnings(`
workspaces: [{ name: data, description: For all teams., defaultCluster: main }]
clusters: [{ name: main, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]`)
		if len(warnings) != 1 || !strings.HasPrefix(warnings[0], `description: Astro stores "for all teams" instead of "For all teams."`) {
			t.Errorf("%q", warnings)
		}
		if n := len(s.listWrites()); n != 3 {
			t.Errorf("%d writes, want 3, one of them deferred: %v", n, s.listWrites())
		}
		if n := c.countRequests(http.MethodGet, "/workspaces/*"); n != 2 {
			t.Errorf("the Workspace was read %d times, want once before the deferred write and once to verify it", n)
		}
	})
}
