package simulator_test

import (
	"fmt"
	"net/url"
	"regexp"
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestWorkspaceLifecycle(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{OrganizationID: "corg"})
	cluster := o.Seed("cluster", map[string]any{})
	created := o.mustSend("POST", "/workspaces", map[string]any{"name": "data", "defaultClusterId": cluster})
	id := created["id"].(string)
	if !regexp.MustCompile(`^c[a-z0-9]{24}$`).MatchString(id) {
		t.Errorf("id %q is not a CUID", id)
	}
	if _, there := created["description"]; there || created["cicdEnforcedDefault"] != false || created["defaultClusterId"] != cluster {
		t.Errorf("created: %v", created)
	}
	read := o.mustSend("GET", "/workspaces/"+id, nil)
	if diff := cmp.Diff(created, read); diff != "" {
		t.Errorf("a read differs from the response to the create:\n%s", diff)
	}
	update := map[string]any{"name": "renamed", "description": "d", "cicdEnforcedDefault": true}
	after := o.mustSend("POST", "/workspaces/"+id, update)
	if _, there := after["defaultClusterId"]; there || after["name"] != "renamed" || after["cicdEnforcedDefault"] != true || after["id"] != id {
		t.Errorf("an update must replace all fields and clear an omitted default cluster: %v", after)
	}
	o.mustSend("POST", "/workspaces", map[string]any{"name": "renamed"}) // names need not be unique
	deployment := o.Seed("deployment", map[string]any{"workspaceId": id})
	o.wantRefusal(400, "DELETE", "/workspaces/"+id, nil)
	o.mustSend("DELETE", "/deployments/"+deployment, nil)
	o.mustSend("DELETE", "/workspaces/"+id, nil)
	o.wantRefusal(404, "DELETE", "/workspaces/"+id, nil)
	o.wantRefusal(404, "GET", "/workspaces/"+id, nil)
}

func TestWorkspaceRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	id, cluster := o.Seed("workspace", map[string]any{"name": "w"}), o.Seed("cluster", map[string]any{})
	valid := map[string]any{"name": "w", "description": "", "cicdEnforcedDefault": false}
	tests := map[string]struct {
		path   string
		body   any
		fields []string
	}{
		"no name":                   {"", map[string]any{}, []string{"name"}},
		"empty name":                {"", map[string]any{"name": ""}, []string{"name"}},
		"blank name":                {"", map[string]any{"name": " "}, []string{"name"}},
		"long name":                 {"", map[string]any{"name": fmt.Sprintf("%051d", 0)}, []string{"name"}},
		"unknown field":             {"", map[string]any{"name": "x", "organizationId": "o"}, []string{"organizationId"}},
		"wrong type":                {"", map[string]any{"name": "x", "cicdEnforcedDefault": "yes"}, []string{"cicdEnforcedDefault"}},
		"enum":                      {"", map[string]any{"name": "x", "defaultCloudProvider": "IBM", "defaultRegion": "r"}, []string{"defaultCloudProvider"}},
		"cloud without region":      {"", map[string]any{"name": "x", "defaultCloudProvider": "AWS"}, nil},
		"cluster and region":        {"", withChanges(valid, map[string]any{"defaultClusterId": cluster, "defaultCloudProvider": "AWS", "defaultRegion": "r"}), nil},
		"unknown cluster":           {"", map[string]any{"name": "x", "defaultClusterId": "cnone"}, nil},
		"not JSON":                  {"", []byte(`{"name":`), nil},
		"a list":                    {"", []byte(`[]`), nil},
		"update lacks description":  {"/" + id, withChanges(valid, map[string]any{"description": nil}), []string{"description"}},
		"update lacks cicd default": {"/" + id, withChanges(valid, map[string]any{"cicdEnforcedDefault": nil}), []string{"cicdEnforcedDefault"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := o.wantRefusal(400, "POST", "/workspaces"+test.path, test.body)
			var fields []string
			for _, e := range f.FieldErrors {
				fields = append(fields, e.Field)
			}
			if diff := cmp.Diff(test.fields, fields); diff != "" {
				t.Errorf("fieldErrors: %s", diff)
			}
		})
	}
	if n := len(o.Resources("workspace")); n != 1 {
		t.Errorf("%d Workspaces after only refused requests", n)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	var all []string
	for i := range 45 {
		all = append(all, o.Seed("workspace", map[string]any{"name": fmt.Sprintf("team %02d", i)}))
	}
	tests := map[string]struct {
		query string
		want  []string
		total float64
	}{
		"default is 20":  {"", all[:20], 45},
		"last page":      {"?limit=20&offset=40", all[40:], 45},
		"beyond the end": {"?offset=100", nil, 45},
		"whole":          {"?limit=1000", all, 45},
		"none":           {"?limit=0", nil, 45},
		"by id":          {"?workspaceIds=" + all[3] + "&workspaceIds=" + all[30], []string{all[3], all[30]}, 2},
		"parts of names": {"?names=" + url.QueryEscape("TEAM 1"), all[10:20], 10},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			list := o.mustSend("GET", "/workspaces"+test.query, nil)
			if diff := cmp.Diff(test.want, idsOf(getObjects(list, "workspaces"))); diff != "" || list["totalCount"] != test.total {
				t.Errorf("total %v, %s", list["totalCount"], diff)
			}
		})
	}
	for _, query := range []string{"?limit=1001", "?limit=x", "?limit=-1", "?offset=-1", "?sorts=size:asc"} {
		o.wantRefusal(400, "GET", "/workspaces"+query, nil)
	}
}

func TestClustersAreLookedUp(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	aws := o.Seed("cluster", map[string]any{"id": "cabcdefgh12ij34klmn567op8", "name": "production"})
	gcp := o.Seed("cluster", map[string]any{"name": "hybrid", "type": "HYBRID", "cloudProvider": "GCP"})
	if aws != "cabcdefgh12ij34klmn567op8" {
		t.Errorf("a seeded ID must be kept, got %s", aws)
	}
	if diff := cmp.Diff([]string{gcp}, idsOf(getObjects(o.mustSend("GET", "/clusters?provider=GCP", nil), "clusters"))); diff != "" {
		t.Error(diff)
	}
	if c := o.mustSend("GET", "/clusters/"+aws, nil); c["name"] != "production" || c["status"] != "CREATED" {
		t.Errorf("cluster: %v", c)
	}
	o.wantRefusal(404, "GET", "/clusters/cnone", nil)
	o.wantRefusal(400, "GET", "/clusters?provider=IBM", nil)
}
