package simulator_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/constraint"

	"github.com/google/go-cmp/cmp"
)

func TestFaultMatchesAndEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault simulator.Fault
		want  []int // statuses of create "a", create "b", list, read
	}{
		"anything, once":    {simulator.Fault{Count: 1}, []int{500, 200, 200, 200}},
		"anything, always":  {simulator.Fault{Status: 503}, []int{503, 503, 503, 503}},
		"method":            {simulator.Fault{Method: "GET", Status: 429}, []int{200, 200, 429, 429}},
		"suffix":            {simulator.Fault{Path: "/workspaces", Status: 500, Count: 2}, []int{500, 500, 200, 200}},
		"pattern":           {simulator.Fault{Path: "workspaces/*", Status: 403}, []int{200, 200, 200, 403}},
		"part of a segment": {simulator.Fault{Path: "spaces"}, []int{200, 200, 200, 200}},
		"body":              {simulator.Fault{Body: `"b"`, Status: 400}, []int{200, 400, 200, 200}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := startOrganization(t, simulator.Options{})
			id := o.Seed("workspace", map[string]any{})
			o.AddFault(test.fault)
			var got []int
			for _, request := range []struct {
				method, path string
				body         any
			}{
				{"POST", "/workspaces", map[string]any{"name": "a"}},
				{"POST", "/workspaces", map[string]any{"name": "b"}},
				{"GET", "/workspaces", nil},
				{"GET", "/workspaces/" + id, nil},
			} {
				answer, _ := o.sendRequest(request.method, request.path, request.body)
				got = append(got, answer.StatusCode)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	o.AddFault(simulator.Fault{
		Count: 1, Status: 400, Message: "m", RequestID: "f004d12a-29c8-40d8-b239-2b1b615ea45b",
		FieldErrors: []constraint.FieldError{{Field: "name", Code: "c", Message: "n"}},
	})
	f := o.wantRefusal(400, "POST", "/workspaces", map[string]any{"name": "a"})
	want := errorBody{
		Message: "m", RequestID: "f004d12a-29c8-40d8-b239-2b1b615ea45b", StatusCode: 400,
		FieldErrors: []constraint.FieldError{{Field: "name", Code: "c", Message: "n"}},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	if n := len(o.Resources("workspace")); n != 0 {
		t.Errorf("a fault's request was executed: %d Workspaces", n)
	}
	o.AddFault(simulator.Fault{Count: 1, Status: 429, RawBody: "<html>", Header: http.Header{"retry-after": {"3"}}})
	if answer, body := o.sendRequest("GET", "/workspaces", nil); string(body) != "<html>" || answer.Header.Get("Retry-After") != "3" {
		t.Errorf("raw response: %q, %v", body, answer.Header)
	}
	o.AddFault(simulator.Fault{Count: 1, Status: 200})
	if answer, body := o.sendRequest("GET", "/workspaces", nil); answer.StatusCode != http.StatusOK || len(body) != 0 {
		t.Errorf("empty response: %d %q", answer.StatusCode, body)
	}
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	o.mustSend("GET", "/workspaces?limit=5", nil)
	o.wantRefusal(400, "POST", "/workspaces", []byte(`{}`))
	base := "/v1/organizations/" + o.OrganizationID()
	want := []simulator.Request{
		{Method: "GET", Path: base + "/workspaces", Query: map[string][]string{"limit": {"5"}}, Body: []byte{}, Status: 200},
		{Method: "POST", Path: base + "/workspaces", Query: map[string][]string{}, Body: []byte(`{}`), Status: 400},
	}
	if diff := cmp.Diff(want, o.Requests()); diff != "" {
		t.Error(diff)
	}
	o.ResetRequests()
	if n := len(o.Requests()); n != 0 {
		t.Errorf("%d requests after a reset", n)
	}
}

func TestTransportAnswersInProcess(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Options{})
	client := &http.Client{Transport: s.Transport()}
	ask := func(ctx context.Context, path string) (*http.Response, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer x")
		return client.Do(request)
	}
	answer, err := ask(t.Context(), "/v1/organizations/"+s.OrganizationID()+"/workspaces")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.Status != "200 OK" || !strings.Contains(string(body), `"totalCount":0`) {
		t.Errorf("%s: %s, %v", answer.Status, body, err)
	}
	for _, path := range []string{"/", "/v1/organizations/" + s.OrganizationID() + "/alerts"} {
		if answer, err := ask(t.Context(), path); err != nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v, %v", path, answer, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask(ended, "/v1/organizations/x/workspaces"); err == nil {
		t.Error("a request whose context has ended was answered")
	}
}

func TestConcurrentCreatesMakeOne(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { o.sendRequest("POST", "/deployments", documentedDeployment(w)) })
	}
	wait.Wait()
	if n := len(o.Resources("deployment")); n != 1 {
		t.Errorf("%d Deployments with one name", n)
	}
}
