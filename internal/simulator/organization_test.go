package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestOrganization(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{OrganizationID: "corg"})
	o.Seed("organization", map[string]any{"billingEmail": "bills@example.com", "isScimEnabled": true, "hasAiFeaturesDisabled": true})
	read := o.mustSend("GET", "", nil)
	if read["id"] != "corg" || read["billingEmail"] != "bills@example.com" || read["isScimEnabled"] != true {
		t.Errorf("read: %v", read)
	}
	after := o.mustSend("POST", "", map[string]any{"name": "renamed", "billingEmail": "b@example.com", "isScimEnabled": false})
	if after["name"] != "renamed" || after["isScimEnabled"] != false || after["hasAiFeaturesDisabled"] != false {
		t.Errorf("an update must also reset optional fields: %v", after)
	}
	if diff := cmp.Diff(after, o.mustSend("GET", "", nil)); diff != "" {
		t.Errorf("a read differs from the response to the update:\n%s", diff)
	}
	o.wantFieldError(t, "billingEmail", "", map[string]any{"name": "n", "isScimEnabled": true})
	o.wantFieldError(t, "isScimEnabled", "", map[string]any{"name": "n", "billingEmail": "b@example.com"})
	o.wantFieldError(t, "name", "", map[string]any{"name": " ", "billingEmail": "b@example.com", "isScimEnabled": true})
	narrow := o.withToken(o.NewToken(simulator.Scope{WorkspaceIDs: []string{"cw"}}))
	narrow.wantRefusal(403, "GET", "", nil)
	narrow.wantRefusal(403, "POST", "", map[string]any{})
}
