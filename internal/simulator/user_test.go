package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestUserLifecycle(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	id := o.Seed("user", map[string]any{"username": "a@b.c", "fullName": "A B"})
	read := o.mustSend("GET", "/users/"+id, nil)
	want := map[string]any{"id": id, "username": "a@b.c", "fullName": "A B", "avatarUrl": "", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER"}
	if diff := cmp.Diff(want, withChanges(read, map[string]any{"createdAt": nil, "updatedAt": nil})); diff != "" {
		t.Errorf("read:\n%s", diff)
	}
	if diff := cmp.Diff([]map[string]any{read}, getObjects(o.mustSend("GET", "/users", nil), "users")); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	answer := o.mustSend("POST", "/users/"+id+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
	if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_OWNER"}, answer); diff != "" {
		t.Errorf("the response to a change of roles:\n%s", diff)
	}
	after := o.mustSend("GET", "/users/"+id, nil)
	if after["organizationRole"] != "ORGANIZATION_OWNER" || after["username"] != "a@b.c" {
		t.Errorf("after a change of roles: %v", after)
	}
	o.mustSend("POST", "/users/"+id+"/roles", map[string]any{}) // the Organization role is only required with other roles
	if after := o.mustSend("GET", "/users/"+id, nil); after["organizationRole"] != "ORGANIZATION_OWNER" {
		t.Errorf("an Organization role that isn't sent must be kept: %v", after)
	}
	o.wantRefusal(404, "GET", "/users/cnone", nil)
	o.wantRefusal(404, "POST", "/users/cnone/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
}

func TestUsersArePaged(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	var all []string
	for i := range 45 {
		all = append(all, o.Seed("user", map[string]any{"username": fmt.Sprintf("user%d@example.com", i)}))
	}
	for query, want := range map[string][]string{"": all[:20], "?limit=20&offset=40": all[40:], "?limit=1000": all} {
		list := o.mustSend("GET", "/users"+query, nil)
		if diff := cmp.Diff(want, idsOf(getObjects(list, "users"))); diff != "" || list["totalCount"] != 45.0 {
			t.Errorf("users%s: total %v, %s", query, list["totalCount"], diff)
		}
	}
	o.wantRefusal(400, "GET", "/users?limit=1001", nil)
}

func TestOnlyActiveUsersGetRoles(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	for _, status := range []string{"INACTIVE", "PENDING", "BANNED"} {
		path := "/users/" + o.Seed("user", map[string]any{"status": status})
		o.wantRefusal(400, "POST", path+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
		if read := o.mustSend("GET", path, nil); read["organizationRole"] != "ORGANIZATION_MEMBER" || read["status"] != status {
			t.Errorf("%s user after a refusal: %v", status, read)
		}
	}
}

func TestInviteLifecycle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := startOrganization(t, simulator.Options{Now: clockAt(&now)})
	created := o.mustSend("POST", "/invites", map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_OBSERVE_MEMBER"})
	invite, user := created["inviteId"].(string), created["userId"].(string)
	want := map[string]any{
		"organizationId": o.OrganizationID(), "invitee": map[string]any{"id": user, "username": "new@example.com", "subjectType": "USER"},
	}
	if diff := cmp.Diff(want, withChanges(created, map[string]any{"inviteId": nil, "userId": nil, "inviter": nil, "expiresAt": nil})); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	if until, err := time.Parse(time.RFC3339, created["expiresAt"].(string)); err != nil || !until.After(now) {
		t.Errorf("expires %v, %v", created["expiresAt"], err)
	}
	read := o.mustSend("GET", "/users/"+user, nil)
	if diff := cmp.Diff(map[string]any{"username": "new@example.com", "status": "PENDING", "organizationRole": "ORGANIZATION_OBSERVE_MEMBER"}, pickFields(read, "username", "status", "organizationRole")); diff != "" {
		t.Errorf("the user:\n%s", diff)
	}
	again := o.mustSend("POST", "/invites", map[string]any{"inviteeEmail": "NEW@example.com", "role": "ORGANIZATION_OWNER"})
	if again["userId"] != user || again["inviteId"] == invite {
		t.Errorf("a second invite of a pending user must be for the same user: %v", again)
	}
}

func TestInviteRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	o.Seed("user", map[string]any{"username": "there@example.com"})
	valid := map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_MEMBER"}
	for name, test := range map[string]struct {
		field   string
		changes map[string]any
	}{
		"no address":          {"inviteeEmail", map[string]any{"inviteeEmail": nil}},
		"empty address":       {"inviteeEmail", map[string]any{"inviteeEmail": ""}},
		"wrong address":       {"inviteeEmail", map[string]any{"inviteeEmail": "example.com"}},
		"no role":             {"role", map[string]any{"role": nil}},
		"role of a Workspace": {"role", map[string]any{"role": "WORKSPACE_OWNER"}},
		"unknown field":       {"userId", map[string]any{"userId": "c1"}},
		"already a member":    {"", map[string]any{"inviteeEmail": "There@example.com"}},
	} {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, "/invites", withChanges(valid, test.changes)) })
	}
	if users, invites := len(o.Resources("user")), len(o.Resources("invite")); users != 1 || invites != 0 {
		t.Errorf("%d users, %d invites after only refused requests", users, invites)
	}
	o.mustSend("POST", "/invites", valid)
}

func TestUserAccess(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	g.mustSend("POST", "/invites", map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_MEMBER"})
	path := "/users/" + g.Seed("user", map[string]any{"workspaceRoles": []any{workspaceRole(g.workspace, "WORKSPACE_OWNER")}})
	for name, scope := range map[string]simulator.Scope{"Workspace": {WorkspaceIDs: []string{g.workspace}}, "Deployment": {DeploymentIDs: []string{g.firstDeployment}}} {
		t.Run(name, func(t *testing.T) {
			narrow := g.withToken(g.NewToken(scope))
			for _, path := range []string{"/users", "/users?workspaceId=" + g.workspace, path, "/users/cnone"} {
				narrow.wantRefusal(403, "GET", path, nil)
			}
			narrow.wantRefusal(403, "POST", path+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
			narrow.wantRefusal(403, "POST", "/invites", map[string]any{"inviteeEmail": "x@example.com", "role": "ORGANIZATION_MEMBER"})
		})
	}
	if users, invites := g.Resources("user"), g.Resources("invite"); len(users) != 2 || len(invites) != 1 || users[1]["organizationRole"] != "ORGANIZATION_MEMBER" {
		t.Errorf("after only refused requests: %v, %v", users, invites)
	}
}
