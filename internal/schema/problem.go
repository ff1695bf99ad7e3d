package schema

import (
	"fmt"
	"slices"
)

// Problem is an error or a warning about a declared value.
type Problem struct {
	Pos      Pos
	Message  string
	Warning  bool // the run reports the problem, but continues
	Remark   bool // needs no action now; not a Warning
	Unlisted int  // the number of unlisted problems that this entry counts; 0 for an ordinary problem
}

func (p Problem) Error() string {
	if !p.Pos.IsKnown() {
		return p.Message
	}
	return p.Pos.String() + ": " + p.Message
}

// SortProblems sorts problems by position. Problems at the same position keep
// their order.
func SortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int { return a.Pos.Compare(b.Pos) })
}

// MergeProblems joins lists of problems, sorts them by position, removes
// duplicates and limits their number as Problems does.
func MergeProblems(lists ...[]Problem) []Problem {
	all := slices.Concat(lists...)
	SortProblems(all)
	var out Problems
	out.Add(slices.Compact(all)...) // an alias or a merge key repeats the problems of the mapping that it refers to
	return out.List()
}

// maxProblems is the maximum number of listed errors, and of listed warnings, per
// file. People don't fix more of them at once.
const maxProblems = 100

// Problems collects problems in the order in which they are added. For each file
// it lists the first 100 errors and the first 100 warnings, and counts the rest.
type Problems struct {
	listed []Problem
	groups map[problemGroup]*problemCount
}

type problemGroup struct {
	file    string
	warning bool
}

type problemCount struct {
	listed, unlisted int
	firstUnlisted    Pos // position of the first unlisted problem
}

func (p *Problems) groupCount(of Problem) *problemCount {
	if p.groups == nil {
		p.groups = map[problemGroup]*problemCount{}
	}
	group := problemGroup{of.Pos.File, of.Warning}
	if p.groups[group] == nil {
		p.groups[group] = &problemCount{}
	}
	return p.groups[group]
}

// Add adds problems. An entry that counts unlisted problems increases the count.
func (p *Problems) Add(problems ...Problem) {
	for _, problem := range problems {
		switch c := p.groupCount(problem); {
		case problem.Unlisted == 0 && c.listed < maxProblems:
			c.listed++
			p.listed = append(p.listed, problem)
		default:
			if c.unlisted == 0 {
				c.firstUnlisted = problem.Pos
			}
			c.unlisted += max(problem.Unlisted, 1)
		}
	}
}

// Addf adds an error. It formats the message only if the error will be listed,
// because a hostile file can cause very many errors.
func (p *Problems) Addf(pos Pos, format string, args ...any) {
	problem := Problem{Pos: pos}
	if p.groupCount(problem).listed < maxProblems {
		problem.Message = fmt.Sprintf(format, args...)
	}
	p.Add(problem)
}

// Total returns the number of added problems, listed or not.
func (p *Problems) Total() int {
	n := len(p.listed)
	for _, c := range p.groups {
		n += c.unlisted
	}
	return n
}

// List returns the listed problems and, for each file with unlisted ones, an entry
// with their number.
func (p *Problems) List() []Problem {
	out := slices.Clone(p.listed)
	for group, c := range p.groups {
		if c.unlisted > 0 {
			noun := "error"
			if group.warning {
				noun = "warning"
			}
			if c.unlisted > 1 {
				noun += "s"
			}
			out = append(out, Problem{Pos: c.firstUnlisted, Warning: group.warning, Unlisted: c.unlisted, Message: fmt.Sprintf("and %d more %s", c.unlisted, noun)})
		}
	}
	SortProblems(out[len(p.listed):]) // iterating over a map has no fixed order
	return out
}
