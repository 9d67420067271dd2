# What a blue-green deployment has: two Auto Scaling groups, a Classic Load Balancer, and an
# Application Load Balancer (made beforehand: Terraform waits a minute for one) with a target group each.
terraform {
  required_version = ">= 1.7"
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "balancer" {
  type        = string
  description = "ARN of the Application Load Balancer."
}

variable "green_count" {
  type    = number
  default = 2
}

locals {
  images = { blue = "ami-12c6146b", green = "ami-1e749f67" }
  zones  = { blue = "eu-west-1a", green = "eu-west-1b" }
  counts = { blue = 2, green = var.green_count }
}

data "aws_vpc" "main" {
  default = true
}

data "aws_subnet" "of" {
  for_each          = local.zones
  vpc_id            = data.aws_vpc.main.id
  availability_zone = each.value
}

resource "aws_elb" "web" {
  name    = "web"
  subnets = [for subnet in data.aws_subnet.of : subnet.id]

  listener {
    lb_port           = 80
    lb_protocol       = "http"
    instance_port     = 80
    instance_protocol = "http"
  }

  health_check {
    target              = "HTTP:80/health"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 10
  }
}

import {
  to = aws_lb.web
  id = var.balancer
}

resource "aws_lb" "web" {
  name                       = "web"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = [for subnet in data.aws_subnet.of : subnet.id]
  enable_deletion_protection = false

  # Any change would make Terraform wait half a minute.
  lifecycle {
    ignore_changes = all
  }
}

resource "aws_lb_target_group" "web" {
  for_each = local.images
  name     = "web-${each.key}"
  port     = 80
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.main.id

  health_check {
    path                = "/health"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 10
    matcher             = "200-299"
  }
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "forward"
    forward {
      dynamic "target_group" {
        for_each = { blue = 100, green = 0 }
        content {
          arn    = aws_lb_target_group.web[target_group.key].arn
          weight = target_group.value
        }
      }
    }
  }
}

resource "aws_launch_template" "web" {
  for_each      = local.images
  name          = "web-${each.key}"
  image_id      = each.value
  instance_type = "t3.micro"
}

resource "aws_autoscaling_group" "web" {
  for_each            = local.images
  name                = each.key
  min_size            = 0
  max_size            = 4
  desired_capacity    = local.counts[each.key]
  vpc_zone_identifier = [data.aws_subnet.of[each.key].id]
  target_group_arns   = [aws_lb_target_group.web[each.key].arn]

  launch_template {
    id      = aws_launch_template.web[each.key].id
    version = aws_launch_template.web[each.key].latest_version
  }
}
