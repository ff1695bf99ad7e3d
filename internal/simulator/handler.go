package simulator

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
)

// call is one authorized request.
type call struct {
	caller    caller
	request   *http.Request
	operation *operation
	body      object
}

// handlerFunc executes a call and returns the response body. A nil body is returned as 204.
type handlerFunc func(*Server, *call) any

// newMux returns the handler of all requests. It answers 404 to an operation that the document doesn't have.
func (s *Server) newMux() *http.ServeMux {
	const organization = "/organizations/{organizationId}"
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.refuseUnknown)
	for _, k := range s.kinds {
		for pattern, handle := range k.handlers() {
			method, path, _ := strings.Cut(pattern, " ")
			mux.HandleFunc(method+" /v1"+organization+path, func(w http.ResponseWriter, r *http.Request) {
				if o := loadConstraints().Operations[method+" "+organization+path]; o != nil {
					s.serve(w, &call{request: r, operation: o}, handle)
					return
				}
				s.refuseUnknown(w, r)
			})
		}
	}
	return mux
}

func (s *Server) refuseUnknown(w http.ResponseWriter, r *http.Request) {
	message := "Not found: " + r.Method + " isn't simulated for this path"
	s.writeError(w, &requestError{status: http.StatusNotFound, message: message})
}

func (s *Server) serve(w http.ResponseWriter, c *call, handle handlerFunc) {
	body, p := s.execute(c, handle)
	switch {
	case p != nil:
		s.writeError(w, p)
	case body == nil:
		w.WriteHeader(http.StatusNoContent)
	case len(s.returnedTexts) > 0:
		writeJSON(w, http.StatusOK, s.replaceTexts(deepCopy(body)))
	default:
		writeJSON(w, http.StatusOK, body)
	}
}

// execute returns the response body of a call, or why the server refuses it.
func (s *Server) execute(c *call, handle handlerFunc) (body any, refused *requestError) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case *requestError:
			refused = cause
		default:
			panic(cause)
		}
	}()
	s.authenticate(c)
	requireAccess(s.allowsCaller(s.ipRanges()), "IP address %s is not allowed", s.options.CallerAddress)
	return handle(s, c), nil
}

// readBody decodes the body of a request.
func (c *call) readBody() {
	sent, err := io.ReadAll(c.request.Body)
	require(err == nil && json.Unmarshal(sent, &c.body) == nil && c.body != nil, "the body must be a JSON object")
}

// checkBody checks the body against the constraints of the request, deletes null members, and returns the schema of the
// body. If the request has variants, variant selects one of them.
func (c *call) checkBody(variant string) *schema {
	body := loadConstraints().variantOf(c.operation.Body, variant)
	requireValid(body.checkMembers(c.body, ""))
	dropNulls(c.body)
	return body
}

// decodeBody decodes and checks the body of a request without variants.
func (c *call) decodeBody() object {
	c.readBody()
	c.checkBody("")
	return c.body
}

// requireOrganizationToken refuses tokens that are limited to Workspaces or Deployments.
func (c *call) requireOrganizationToken(verb, what string) {
	requireAccess(c.caller.hasOrganizationAccess(), "the token isn't allowed to %s %s", verb, what)
}

// reach returns the resource in the path. Without access to it, the answer is 403, even if it doesn't exist.
func (k *kindSpec) reach(s *Server, c *call) *resource {
	id := c.request.PathValue(k.idName())
	o, access := s.find(k.name, id), c.caller.hasOrganizationAccess()
	if k.canAccess != nil {
		access = k.canAccess(s, c, id, o)
	}
	requireAccess(access || c.caller.hasOrganizationAccess(), "the token has no access to %s '%s'", k.title, id)
	if o == nil || !access {
		refuseNotFound(k.title, id)
	}
	return o
}

// reachForChange returns the resource in the path for an update or delete.
func (k *kindSpec) reachForChange(s *Server, c *call, isDelete bool) *resource {
	o := k.reach(s, c)
	if k.beforeChange != nil {
		k.beforeChange(s, o, isDelete)
	}
	return o
}

func (k *kindSpec) handleList(s *Server, c *call) any {
	all := s.stored[k.name]
	if k.list != nil {
		all = k.list(s, c)
	} else {
		c.requireOrganizationToken("list", k.title+"s")
	}
	return c.listPage(k.plural, all, func(o *resource) object {
		view := k.read(s, o)
		if k.item != nil {
			k.item(s, c, view)
		}
		return view
	})
}

func (k *kindSpec) handleRead(s *Server, c *call) any { return k.read(s, k.reach(s, c)) }

func (k *kindSpec) handleCreate(s *Server, c *call) any {
	c.readBody()
	if k.beforeCreate != nil {
		k.beforeCreate(s, c)
	} else {
		c.requireOrganizationToken("create", k.title+"s")
	}
	c.checkBody(loadConstraints().variantIn(c.operation.Body, c.body))
	next := &resource{state: maps.Clone(c.body)}
	if k.validate != nil {
		k.validate(s, c, next, nil)
	}
	s.initialize(next, k.name, c.caller)
	next.pendingStatus = k.createStatus
	k.fillDefaults(s, next, nil)
	s.add(k.name, next)
	view := k.readWritten(s, next)
	if k.created != nil {
		return k.created(next, view)
	}
	return view
}

func (k *kindSpec) handleUpdate(s *Server, c *call) any {
	old := k.reachForChange(s, c, false)
	c.readBody()
	fields := c.checkBody(old.getString("type")).Properties
	next := old.clone()
	for name := range fields {
		if k.keeps == nil || !k.keeps(name) {
			delete(next.state, name)
		}
	}
	maps.Copy(next.state, c.body)
	s.markUpdated(next, c.caller)
	next.pendingStatus = k.updateStatus
	if k.validate != nil {
		k.validate(s, c, next, old)
	}
	k.fillDefaults(s, next, old)
	*old = *next
	return k.readWritten(s, old)
}

func (k *kindSpec) handleDelete(s *Server, c *call) any {
	o := k.reachForChange(s, c, true)
	s.removeWhere(k.name, func(other *resource) bool { return other == o })
	if k.deleted != nil {
		k.deleted(s, o)
	}
	return nil
}
