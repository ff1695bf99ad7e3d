package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestUserLives(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	id := o.Seed("user", map[string]any{"username": "a@b.c", "fullName": "A B"})
	read := o.do("GET", "/users/"+id, nil)
	want := map[string]any{"id": id, "username": "a@b.c", "fullName": "A B", "avatarUrl": "", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER"}
	if diff := cmp.Diff(want, with(read, map[string]any{"createdAt": nil, "updatedAt": nil})); diff != "" {
		t.Errorf("read:\n%s", diff)
	}
	if diff := cmp.Diff([]map[string]any{read}, members(o.do("GET", "/users", nil), "users")); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	answer := o.do("POST", "/users/"+id+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
	if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_OWNER"}, answer); diff != "" {
		t.Errorf("the answer to a change of roles:\n%s", diff)
	}
	after := o.do("GET", "/users/"+id, nil)
	if after["organizationRole"] != "ORGANIZATION_OWNER" || after["username"] != "a@b.c" {
		t.Errorf("after a change of roles: %v", after)
	}
	o.do("POST", "/users/"+id+"/roles", map[string]any{}) // the role in the Organization is only needed beside others
	if after := o.do("GET", "/users/"+id, nil); after["organizationRole"] != "ORGANIZATION_OWNER" {
		t.Errorf("a role in the Organization that isn't sent stays: %v", after)
	}
	o.refused(404, "GET", "/users/cnone", nil)
	o.refused(404, "POST", "/users/cnone/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
}

func TestUsersArePaged(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	var all []string
	for i := range 45 {
		all = append(all, o.Seed("user", map[string]any{"username": fmt.Sprintf("user%d@example.com", i)}))
	}
	for query, want := range map[string][]string{"": all[:20], "?limit=20&offset=40": all[40:], "?limit=1000": all} {
		list := o.do("GET", "/users"+query, nil)
		if diff := cmp.Diff(want, ids(members(list, "users"))); diff != "" || list["totalCount"] != 45.0 {
			t.Errorf("users%s: total %v, %s", query, list["totalCount"], diff)
		}
	}
	o.refused(400, "GET", "/users?limit=1001", nil)
}

func TestOnlyActiveUsersAreGranted(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	for _, status := range []string{"INACTIVE", "PENDING", "BANNED"} {
		path := "/users/" + o.Seed("user", map[string]any{"status": status})
		o.refused(400, "POST", path+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
		if read := o.do("GET", path, nil); read["organizationRole"] != "ORGANIZATION_MEMBER" || read["status"] != status {
			t.Errorf("%s user after a refusal: %v", status, read)
		}
	}
}

func TestInviteLives(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := start(t, simulator.Options{Now: clock(&now)})
	made := o.do("POST", "/invites", map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_OBSERVE_MEMBER"})
	invite, user := made["inviteId"].(string), made["userId"].(string)
	want := map[string]any{
		"organizationId": o.OrganizationID(), "invitee": map[string]any{"id": user, "username": "new@example.com", "subjectType": "USER"},
	}
	if diff := cmp.Diff(want, with(made, map[string]any{"inviteId": nil, "userId": nil, "inviter": nil, "expiresAt": nil})); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	if until, err := time.Parse(time.RFC3339, made["expiresAt"].(string)); err != nil || !until.After(now) {
		t.Errorf("expires %v, %v", made["expiresAt"], err)
	}
	read := o.do("GET", "/users/"+user, nil)
	if diff := cmp.Diff(map[string]any{"username": "new@example.com", "status": "PENDING", "organizationRole": "ORGANIZATION_OBSERVE_MEMBER"}, pick(read, "username", "status", "organizationRole")); diff != "" {
		t.Errorf("the user:\n%s", diff)
	}
	again := o.do("POST", "/invites", map[string]any{"inviteeEmail": "NEW@example.com", "role": "ORGANIZATION_OWNER"})
	if again["userId"] != user || again["inviteId"] == invite {
		t.Errorf("another invite of who is pending is for the same user: %v", again)
	}
	o.do("DELETE", "/invites/"+invite, nil)
	o.do("DELETE", "/invites/"+again["inviteId"].(string), nil)
	o.refused(404, "DELETE", "/invites/"+invite, nil)
	o.refused(404, "GET", "/users/"+user, nil) // never came
}

func TestInviteOfWhoHasComeIsNoReasonToGo(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	user := o.Seed("user", map[string]any{})
	invite := o.Seed("invite", map[string]any{"userId": user})
	o.do("DELETE", "/invites/"+invite, nil)
	o.do("GET", "/users/"+user, nil)
	if n := len(o.Objects("invite")); n != 0 {
		t.Errorf("%d invites", n)
	}
}

func TestInviteRefusals(t *testing.T) {
	t.Parallel()
	o := start(t, simulator.Options{})
	o.Seed("user", map[string]any{"username": "there@example.com"})
	valid := map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_MEMBER"}
	for name, test := range map[string]struct {
		field   string
		changes map[string]any
	}{
		"no address":        {"inviteeEmail", map[string]any{"inviteeEmail": nil}},
		"empty address":     {"inviteeEmail", map[string]any{"inviteeEmail": ""}},
		"wrong address":     {"inviteeEmail", map[string]any{"inviteeEmail": "example.com"}},
		"no role":           {"role", map[string]any{"role": nil}},
		"role of elsewhere": {"role", map[string]any{"role": "WORKSPACE_OWNER"}},
		"unknown field":     {"userId", map[string]any{"userId": "c1"}},
		"already a member":  {"", map[string]any{"inviteeEmail": "There@example.com"}},
	} {
		t.Run(name, func(t *testing.T) { o.wantField(t, test.field, "/invites", with(valid, test.changes)) })
	}
	if users, invites := len(o.Objects("user")), len(o.Objects("invite")); users != 1 || invites != 0 {
		t.Errorf("%d users, %d invites after refusals only", users, invites)
	}
	o.do("POST", "/invites", valid)
}

func TestUserAccess(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	pending := g.do("POST", "/invites", map[string]any{"inviteeEmail": "new@example.com", "role": "ORGANIZATION_MEMBER"})
	path := "/users/" + g.Seed("user", map[string]any{"workspaceRoles": []any{inWorkspace(g.w, "WORKSPACE_OWNER")}})
	for name, scope := range map[string]simulator.Scope{"Workspace": {WorkspaceIDs: []string{g.w}}, "Deployment": {DeploymentIDs: []string{g.one}}} {
		t.Run(name, func(t *testing.T) {
			narrow := g.as(g.Token(scope))
			for _, path := range []string{"/users", "/users?workspaceId=" + g.w, path, "/users/cnone"} {
				narrow.refused(403, "GET", path, nil)
			}
			narrow.refused(403, "POST", path+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
			narrow.refused(403, "POST", "/invites", map[string]any{"inviteeEmail": "x@example.com", "role": "ORGANIZATION_MEMBER"})
			narrow.refused(403, "DELETE", "/invites/"+pending["inviteId"].(string), nil)
		})
	}
	if users, invites := g.Objects("user"), g.Objects("invite"); len(users) != 2 || len(invites) != 1 || users[1]["organizationRole"] != "ORGANIZATION_MEMBER" {
		t.Errorf("after refusals only: %v, %v", users, invites)
	}
}
